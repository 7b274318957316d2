import { globSync, readFileSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

const TESTS = ['packages/**/src/**/*.test.ts', 'test/**/*.test.ts', 'examples/**/test/**/*.test.ts']
const EXCLUDED = ['**/node_modules/**', '**/dist/**', '**/build/**']

/** Files whose tests draw their values; but for those that see to both seeds themselves. */
const DRAWN = globSync(TESTS, {
  exclude: (path) => /^(node_modules|dist|build)$/.test(path),
}).filter(
  (path) => /^import .*'fast-check'$/m.test(text(path)) && !text(path).includes('TREFOIL_SEED'),
)

function text(path: string): string {
  return readFileSync(path, 'utf8')
}

// `trefoil` resolves to packages/trefoil/dist, as it does for a user: build before testing.
const shared = {
  exclude: EXCLUDED,
  setupFiles: ['test/properties/seeds.ts'],
  pool: 'forks' as const,
  testTimeout: 20_000,
  globals: false,
}

export default defineConfig({
  test: {
    projects: [
      { test: { ...shared, name: 'tests', include: TESTS } },
      {
        test: {
          ...shared,
          name: 'fixed seed',
          include: DRAWN,
          // A process a file is most of what the second run costs. That no file needs one of its
          // own to be right, and that none is in another's way, the first run is there for.
          isolate: false,
          env: { TREFOIL_FIXED_SEED: '-1350501221' },
        },
      },
    ],
  },
})
