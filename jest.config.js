/** Every default suite in one run: rules beside their nouns, services on the real engine, promises through the gateway. */
export default {
  roots: ['kit', 'schema', 'services', 'gateway', 'local', 'portal', 'testkit', 'tests', 'bench'].map(
    (place) => `<rootDir>/${place}`,
  ),
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/', '/peers/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'es6' }, sourceMaps: 'inline' },
    ],
  },
  moduleNameMapper: {
    '^@desk/schema/(domains|.*/events)$': '<rootDir>/schema/$1.ts',
    '^@desk/(kit|schema|gateway|local|testkit)/(.*)$': '<rootDir>/$1/src/$2.ts',
    '^@desk/([^/]+)/(.*)$': '<rootDir>/services/$1/src/$2.ts',
  },
  globalSetup: '<rootDir>/tests/setup/global-setup.ts',
  globalTeardown: '<rootDir>/tests/setup/global-teardown.ts',
  // A test that hangs ends; a machine that is busy with other work fails none.
  testTimeout: 240_000,
  // Suites wait for engines and browsers as often as they compute: every core has a worker.
  maxWorkers: '100%',
  workerGracefulExitTimeout: 5_000, // A worker that held many suites takes a while to end.
  cacheDirectory: '<rootDir>/.cache/jest',
  testSequencer: '<rootDir>/tests/setup/long-suites-first.mjs',
  reporters: ['default', '<rootDir>/tests/setup/slowest-suites.mjs'],
};
