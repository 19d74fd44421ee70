import comments from '@eslint-community/eslint-plugin-eslint-comments';
import js from '@eslint/js';
import graphql from '@graphql-eslint/eslint-plugin';
import jest from 'eslint-plugin-jest';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

// Who may import whom is held by .dependency-cruiser.cjs.

const LINES_MAX = 70;
const PARAMETERS_MAX = 3;

/** Reads of the machine that a function is given as arguments instead. */
const NO_TIME = [
  { object: 'Date', property: 'now', message: 'Time is an argument.' },
  { object: 'Math', property: 'random', message: 'Randomness is an argument.' },
];
const NO_STOPWATCH = { object: 'performance', property: 'now', message: 'Time is an argument.' };
const NO_MACHINE = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Time is an argument.' },
  {
    selector: 'ImportDeclaration[source.value="node:crypto"] ImportSpecifier[imported.name=/^random/]',
    message: 'Randomness is an argument.',
  },
];
const NO_SECOND_SOURCE = [
  { selector: 'TSEnumDeclaration', message: 'Enums come from the SDL.' },
  { selector: 'ExportAllDeclaration', message: 'Import from the file that defines the thing.' },
];

const TESTS = '**/*.{test,fixture}.{ts,tsx}';
/** Files of a service's noun that reach the store, the transport or the machine. Every other one is a pure rule. */
const NOT_PURE = '**/{store,mutations,resolvers,port}.ts';

export default tseslint.config(
  {
    ignores: [
      '**/dist/',
      '**/generated/',
      '**/node_modules/',
      '.cache/',
      '.data/',
      'bench/peers/',
      'coverage/',
      'schema/supergraph.graphql',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.{ts,tsx}'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: ['./tsconfig.json', './portal/tsconfig.json'], tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      // They answer interfaces that promise to be asynchronous.
      '@typescript-eslint/require-await': 'off',
      // It takes mongoose schemas, whose types are any inside, for unsafe.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/restrict-template-expressions': 'off', // Temporal and URL types print as people expect.
      '@typescript-eslint/unbound-method': 'off', // Our own interfaces hold functions, not methods with a this.
      'no-restricted-syntax': ['error', ...NO_SECOND_SOURCE],
      'max-params': ['error', PARAMETERS_MAX],
    },
  },
  {
    files: ['**/src/**/*.{ts,tsx}'],
    ignores: [TESTS],
    rules: { 'max-lines-per-function': ['error', { max: LINES_MAX, skipBlankLines: true, skipComments: true }] },
  },
  {
    // One rule may be set aside, with the reason: a function that reads better in one piece.
    plugins: { comments },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'comments/no-restricted-disable': ['error', '*', '!max-lines-per-function'],
      'comments/no-unlimited-disable': 'error',
      'comments/require-description': 'error',
    },
  },
  {
    // Reading the machine's time and randomness is for the entry points and these two files.
    files: ['{kit,gateway,services/*}/src/**/*.ts'],
    ignores: [TESTS, '**/main.ts', 'kit/src/time/time-source.ts', 'kit/src/process/ids.ts'],
    rules: {
      'no-restricted-properties': ['error', ...NO_TIME],
      'no-restricted-syntax': ['error', ...NO_SECOND_SOURCE, ...NO_MACHINE],
    },
  },
  {
    files: ['services/*/src/*/**/*.ts'],
    ignores: [TESTS, NOT_PURE, '**/demo/**'],
    rules: { 'no-restricted-properties': ['error', ...NO_TIME, NO_STOPWATCH] },
  },
  {
    files: ['**/*.test.ts'],
    ...jest.configs['flat/recommended'],
    rules: {
      ...jest.configs['flat/recommended'].rules,
      'max-params': 'off', // The parameters of a table's test are its columns.
      'jest/expect-expect': 'off', // Promises are also kept by helpers that throw.
      'jest/no-conditional-expect': 'error',
      'jest/no-standalone-expect': 'off',
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
  {
    files: ['portal/src/**/*.{ts,tsx}'],
    plugins: { 'react-hooks': reactHooks },
    rules: reactHooks.configs.recommended.rules,
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: {
      globals: Object.fromEntries(
        ['process', 'console', 'URL', 'URLSearchParams', 'Buffer', 'fetch'].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['schema/*.graphql', 'schema/*/*.graphql'],
    plugins: { '@graphql-eslint': { rules: graphql.rules } },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: 'schema/supergraph.graphql' } },
    },
    rules: {
      'no-unused-vars': 'off',
      '@graphql-eslint/naming-convention': [
        'error',
        {
          types: 'PascalCase',
          FieldDefinition: 'camelCase',
          InputValueDefinition: 'camelCase',
          EnumValueDefinition: 'UPPER_CASE',
        },
      ],
      '@graphql-eslint/no-hashtag-description': 'off',
    },
  },
);
