/** @jest-config-loader esbuild-register */
import type { Config } from 'jest';

const config: Config = {
  testEnvironment: 'node',
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts', '**/*.test.tsx'],
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: {
    '^.+\\.tsx?$': [
      '@swc/jest',
      {
        module: { type: 'es6' },
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', tsx: true },
          transform: { react: { runtime: 'automatic' } },
        },
      },
    ],
  },
  reporters: ['default', '<rootDir>/test/support/aws/strict/scenario-reporter.mjs'],
  maxWorkers: '100%',
  workerIdleMemoryLimit: '400MB',
  // Whole processes and real servers, on a machine that may be busy.
  testTimeout: 60_000,
};

export default config;
