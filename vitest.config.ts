import { defineConfig } from 'vitest/config'

// `trefoil` resolves to packages/trefoil/dist, as it does for a user: build before testing.
export default defineConfig({
  test: {
    include: ['packages/**/src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/test/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', '**/build/**'],
    pool: 'forks',
    testTimeout: 20_000,
    globals: false,
  },
})
