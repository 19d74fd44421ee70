/** Every default suite in one run: rules beside their nouns, services on the real engine, promises through the gateway. */
export default {
  roots: ['kit', 'schema', 'services', 'gateway', 'local', 'portal', 'tests', 'bench'].map(
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
    '^@desk/(kit|schema|gateway|local)/(.*)$': '<rootDir>/$1/src/$2.ts',
    '^@desk/(directory|tickets)/(.*)$': '<rootDir>/services/$1/src/$2.ts',
  },
  globalSetup: '<rootDir>/tests/setup/global-setup.ts',
  globalTeardown: '<rootDir>/tests/setup/global-teardown.ts',
  testTimeout: 90_000,
};
