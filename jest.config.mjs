/** Native ESM: octokit 5 is ESM only. */
export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  extensionsToTreatAsEsm: ['.ts'],
  globalSetup: '<rootDir>/test/support/redis-for-the-run.mjs',
  globalTeardown: '<rootDir>/test/support/end-of-the-run.mjs',
  testSequencer: '<rootDir>/test/support/longest-first.mjs',
  // The end-to-end tests wait more than they work, so one more than this machine's cores often are.
  maxWorkers: 3,
  // The crash tests wait more than they work, so some run side by side; each one starts several processes.
  maxConcurrency: 3,
  testTimeout: 90_000,
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
