/**
 * Who may import whom, by folder: the diagram of STYLE.md. No file of ours is listed. A new file obeys the rules of its folder, and a new
 * folder is refused where an order should name it.
 */

/** The packages that each package's sources may import, itself aside. What is not named here, as `tests` and `bench`, may import all. */
const PACKAGES = {
  kit: [],
  schema: [],
  'services/[^/]+': ['kit', 'schema'],
  gateway: ['kit', 'schema', 'services/directory'],
  portal: [],
  local: ['kit', 'schema', 'services/[^/]+', 'gateway'],
  testkit: ['kit', 'schema', 'services/[^/]+', 'gateway', 'local'],
};

/** Folders of one package in their order: each imports itself and those before it. The package's own files stand above all of them. */
const ORDERS = {
  'kit/src': ['time', 'process', 'api', 'write', 'log', 'conversation', 'service'],
  'gateway/src': ['limits', 'identity', 'supergraph', 'live', 'http'],
  'portal/src': ['text', 'ui', 'api', 'live', 'app', 'forms'],
};
/** Packages with folders that no order names, as the nouns of the portal: they stand above the order, below the package's own files. */
const FREE_FOLDERS = ['portal/src', 'local/src'];

const GENERATED = '/generated/';
const TEST = '\\.(test|fixture)\\.tsx?$';

/** Files of a service's noun that reach the store, the transport or the machine. Every other file of a noun is a pure rule. */
const NOT_PURE = '/(store|mutations|resolvers|port)\\.ts$';
const DEMO = '^services/[^/]+/src/demo/';
const NOUN = { path: '^services/([^/]+)/src/[^/]+/', pathNot: [DEMO, GENERATED] };
const RULE = { path: NOUN.path, pathNot: [...NOUN.pathNot, NOT_PURE] };
/** What rules take from packages: they compare, hash, parse, decode and count days. */
const RULE_PACKAGES = [
  ...['node:buffer', 'node:crypto', 'node:util', 'csv-parse', 'iconv-lite', 'temporal-polyfill', 'yaml', 'zod'],
  // Text to safe HTML: pure as well.
  ...['unified', 'remark-(parse|gfm|rehype)', 'rehype-(sanitize|stringify)'],
];
/** The folders of the kit that act. Rules know their types alone. */
const KIT_ACTS = '^kit/src/(log|service)/';
const KIT_WORLD = '^kit/src/(time/time-source|process/mongo)\\.ts$';

const RULES = [
  {
    name: 'no-circle',
    comment: 'Two files that need each other are one idea, or hide a third.',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-circle-of-folders',
    comment: 'Folders depend in one direction.',
    scope: 'folder',
    from: {},
    to: { circular: true },
  },
  {
    name: 'no-import-unseen',
    comment: 'An import that leads nowhere escapes every rule.',
    from: {},
    to: { couldNotResolve: true },
  },
  {
    name: 'tests-above-all',
    comment: 'Only tests import tests, fixtures and the test kit.',
    from: { path: folder(...Object.keys(PACKAGES)), pathNot: folder('testkit') },
    to: { path: [TEST, folder('testkit', 'tests', 'bench')] },
  },
  ...Object.keys(PACKAGES).map(packageRule),
  {
    name: 'gateway-takes-types-of-services',
    comment: 'The gateway takes types from the directory, and a value from no service.',
    from: { path: folder('gateway') },
    to: { path: folder('services'), dependencyTypesNot: ['type-only'] },
  },
  ...Object.keys(ORDERS).flatMap(orderRules),
  ...FREE_FOLDERS.map(freeFoldersRule),
  {
    name: 'nouns-below-assembly',
    comment:
      'A noun knows nothing of the files that assemble its service, but the type of the context, and nothing of demo data.',
    from: NOUN,
    to: { path: ['^services/$1/src/[^/]+$', '^services/$1/src/demo/'], pathNot: '/context\\.ts$' },
  },
  {
    name: 'nouns-take-the-type-of-the-context',
    from: NOUN,
    to: { path: '^services/$1/src/context\\.ts$', dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'rules-reach-no-store',
    comment:
      'A rule is pure. What reaches the store, the transport or the machine is named store, mutations, resolvers or port.',
    from: RULE,
    to: { path: [`^services/.*${NOT_PURE}`, '^services/[^/]+/src/context\\.ts$', KIT_WORLD] },
  },
  {
    name: 'rules-take-types-of-what-acts',
    comment: 'A rule knows the log and the service by their types.',
    from: RULE,
    to: { path: KIT_ACTS, dependencyTypesNot: ['type-only'] },
  },
  {
    name: 'rules-know-few-packages',
    comment: `A rule may use ${RULE_PACKAGES.join(', ')}.`,
    from: RULE,
    to: {
      dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-optional', 'npm-peer', 'npm-no-pkg', 'npm-unknown'],
      pathNot: [
        ...RULE_PACKAGES.map((name) => `^${name.replace('node:', '')}$|(^|/)node_modules/${name}/`),
        ...Object.keys(PACKAGES).map((name) => folder(name)),
      ],
    },
  },
  {
    name: 'ports-behind-the-store',
    comment: 'Only what is not pure reaches the world outside.',
    from: { path: '^services/', pathNot: [NOT_PURE, DEMO, '/service\\.ts$'] },
    to: { path: '^services/.*/port\\.ts$', dependencyTypesNot: ['type-only'] },
  },
];

module.exports = {
  forbidden: RULES.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    exclude: { path: '^bench/peers/' },
    // What tests import is not followed: they may stand in a lower folder and reach up.
    doNotFollow: { path: ['node_modules', '/dist/', GENERATED, TEST] },
    // Types count: a file that names another's type depends on it.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['source', 'types', 'import', 'default'] },
  },
};

function folder(...names) {
  return `^(${names.join('|')})/`;
}

/** A package's sources import their own files and those of the packages below it. */
function packageRule(name) {
  const allowed = PACKAGES[name];
  // Services are told apart by name.
  const own = name.startsWith('services/') ? 'services/$1' : name;
  return {
    name: `${title(name)}-below`,
    comment: `May import of ours: ${allowed.map(title).join(', ') || 'nothing'}.`,
    from: { path: `^${name.replace('[^/]+', '([^/]+)')}/` },
    to: { path: folder(...Object.keys(PACKAGES)), pathNot: [own, ...allowed].map((each) => `^${each}/`) },
  };
}

/** One rule for each folder of an order, and one for a folder that the order does not name. */
function orderRules(base) {
  const folders = ORDERS[base];
  const comment = `The order is ${folders.join(' < ')}.`;
  return [
    ...folders.map((name, place) => ({
      name: `${title(base)}-${name}-imports-before`,
      comment,
      from: { path: `^${base}/${name}/` },
      to: { path: `^${base}/`, pathNot: [`^${base}/(${folders.slice(0, place + 1).join('|')})/`, GENERATED] },
    })),
    ...(FREE_FOLDERS.includes(base)
      ? []
      : [
          {
            name: `${title(base)}-folder-has-a-place`,
            comment: `${comment} A new folder gets its place there.`,
            from: { path: `^${base}/[^/]+/`, pathNot: [`^${base}/(${folders.join('|')})/`, GENERATED] },
            to: {},
          },
        ]),
  ];
}

function freeFoldersRule(base) {
  return {
    name: `${title(base)}-folders-below`,
    comment: 'A folder imports none of the files that put the package together.',
    from: { path: `^${base}/[^/]+/` },
    to: { path: `^${base}/[^/]+$` },
  };
}

/** A package by its first name. */
function title(name) {
  return name.split('/')[0];
}
