import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  plugins: [vue()],
  test: {
    environment: 'node',
    // A busy machine is no reason to fail: what hangs is still found.
    testTimeout: 60_000,
    include: ['apps/*/tests/**/*.test.ts', 'packages/*/tests/**/*.test.ts'],
  },
});
