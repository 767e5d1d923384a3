import { defineConfig } from 'vitest/config';
import { writeTables } from './languages.mjs';

writeTables();

// A machine that runs builds beside the tests is slow; what holds is seen long before.
const PATIENCE_MS = 120_000;

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], setupFiles: ['test/support/english.ts'], testTimeout: PATIENCE_MS, hookTimeout: PATIENCE_MS },
});
