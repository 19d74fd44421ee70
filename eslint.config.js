import js from '@eslint/js';
import graphql from '@graphql-eslint/eslint-plugin';
import jest from 'eslint-plugin-jest';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

/** What pure rules must not touch: they are given time, ids and data, and know no storage and no transport. */
const NO_OUTSIDE_WORLD = {
  patterns: [
    {
      group: ['mongoose', 'graphql', '@apollo/*', 'ioredis', 'fastify', 'node:fs', 'node:http', 'node:net'],
      message: 'Rules are pure: pass in what they need.',
    },
    {
      group: ['./store.ts', './service.ts', './resolvers.ts', './mutations.ts', './request.ts'],
      message: 'Rules know neither storage nor transport.',
    },
  ],
};
const NO_CLOCK = [
  { object: 'Date', property: 'now', message: 'Time is an argument.' },
  { object: 'Math', property: 'random', message: 'Randomness is an argument.' },
  { object: 'performance', property: 'now', message: 'Time is an argument.' },
];
const NO_NEW_DATE = [
  { selector: 'NewExpression[callee.name="Date"][arguments.length=0]', message: 'Time is an argument.' },
  { selector: 'TSEnumDeclaration', message: 'Enums come from the SDL.' },
  { selector: 'ExportAllDeclaration', message: 'Import from the file that defines the thing.' },
];

/** The nouns and rules of the services: style.md 3.1. */
const RULES = [
  'incident',
  'incident-acts',
  'incident-clocks',
  'incident-event',
  'incident-links',
  'comment',
  'clock',
  'clock-*',
  'business-calendar',
  'holidays',
  'local-time',
  'priority',
  'sla',
  'policy',
  'history',
  'incident-view',
  'organization',
  'person',
  'authorization',
  'principal',
].map((noun) => `services/*/src/${noun}.ts`);

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
      'no-restricted-syntax': ['error', ...NO_NEW_DATE.slice(1)],
    },
  },
  {
    files: RULES,
    rules: {
      'no-restricted-imports': ['error', NO_OUTSIDE_WORLD],
      'no-restricted-properties': ['error', ...NO_CLOCK],
      'no-restricted-syntax': ['error', ...NO_NEW_DATE],
    },
  },
  {
    // Time and randomness are arguments of the product; reading the machine's is for the entry points and these two files.
    files: ['kit/src/**/*.ts', 'services/*/src/**/*.ts', 'gateway/src/**/*.ts'],
    ignores: ['**/*.test.ts', '**/main.ts', 'kit/src/clock.ts', 'kit/src/ids.ts', ...RULES],
    rules: {
      'no-restricted-properties': ['error', ...NO_CLOCK.slice(0, 2)],
      'no-restricted-syntax': ['error', ...NO_NEW_DATE],
    },
  },
  {
    files: ['kit/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        { patterns: [{ group: ['@desk/*'], message: 'The kit knows nothing of ours.' }] },
      ],
    },
  },
  {
    files: ['services/*/src/**/*.ts'],
    ignores: ['**/*.test.ts', ...RULES],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@desk/tickets/*', '@desk/directory/*', '@desk/gateway/*', '@desk/local/*'],
              message: 'A service knows no other service.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['gateway/src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: {
      '@typescript-eslint/no-restricted-imports': [
        'error',
        {
          patterns: [
            {
              group: ['@desk/tickets/*', '@desk/directory/*'],
              allowTypeImports: true,
              message: 'The gateway takes types from services, nothing else.',
            },
          ],
        },
      ],
    },
  },
  {
    files: ['**/*.test.ts'],
    ...jest.configs['flat/recommended'],
    rules: {
      ...jest.configs['flat/recommended'].rules,
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
    files: ['**/*.{js,mjs}'],
    languageOptions: { globals: { process: 'readonly', console: 'readonly', URL: 'readonly', Buffer: 'readonly' } },
  },
  {
    files: ['schema/*.graphql'],
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
