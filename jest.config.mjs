/** Native ESM: octokit 5 is ESM only. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  globalSetup: '<rootDir>/test/support/redis-for-the-run.mjs',
  globalTeardown: '<rootDir>/test/support/end-of-the-run.mjs',
  maxWorkers: 2,
  // The crash tests wait more than they work: side by side they take a minute instead of five.
  maxConcurrency: 20,
  testTimeout: 30_000,
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          parser: { syntax: 'typescript' },
          target: 'es2023',
          experimental: { keepImportAttributes: true },
        },
        module: { type: 'es6' },
      },
    ],
  },
};
