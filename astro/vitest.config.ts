import { defineConfig } from 'vitest/config';

// A machine that runs builds beside the tests is slow; what holds is seen long before.
const PATIENCE_MS = 120_000;

export default defineConfig({
  test: { include: ['test/**/*.test.ts'], testTimeout: PATIENCE_MS, hookTimeout: PATIENCE_MS },
});
