import { globSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'

/** Beside the code they test; a process for each would be most of what they cost. */
const UNITS = ['packages/**/src/**/*.test.ts']
/** Units that look at what a process does the first time. */
const ALONE = ['packages/trefoil/src/surfaces/http/node/exchange/block-response.test.ts']
/** What an enemy or a browser does takes time: `npm run test:attacks`, with the fixed seed. */
const ATTACKS = [
  'test/attacks/**/*.test.ts',
  'test/browser/**/*.test.ts',
  // Programs of other people's, each of which starts for seconds.
  'test/clients/**/*.test.ts',
  'test/asking/terminal-pty.test.ts',
  // Whole programs and servers, and peers that wait for them to give up.
  'test/findings/fnd-{18,20,22,23,30,33}.test.ts',
  'examples/store/test/{programs,store,store-cli,store-mcp,database,authentication}.test.ts',
  'test/runtimes/probe.test.ts',
  'test/findings/deadline-everywhere.test.ts',
  'test/http/deadline.test.ts',
  'test/access/command.test.ts',
  'test/findings/fnd-38.test.ts',
  'test/findings/hostile-options.test.ts',
  // Every surface, each on a server of its own.
  'test/parity/capacity.test.ts',
  // Three compilers, and every command of the documents.
  'test/types/types.test.ts',
  'test/docs/{commands,snippets}.test.ts',
  'test/docs/complete-example.test.ts',
  'test/docs/larger-app.test.ts',
  // Thousands of drawn values beside another implementation; what they found has tests of its own.
  'packages/trefoil/src/engine/answer/exact-copy.property.test.ts',
  'test/properties/returns.test.ts',
  'packages/trefoil/src/identity/jwt/beside-jose.test.ts',
  // Five surfaces over sockets for each row.
  'test/parity/{current-call,background,injected-values,values}.test.ts',
  'test/docs/operate.test.ts',
  // Calls that wait, time out and are abandoned, each on five surfaces: minutes of `npm test` in all.
  'test/findings/fnd-{09,16,17,29,34,49,56,58}.test.ts',
  // Each on every surface: seconds of `npm test`, which has five minutes.
  'test/findings/fnd-{01,03,08,12,15,21,28,32,39,40,41,41-clients,48}.test.ts',
  'test/parity/endings.test.ts',
  'test/http/{outside-answers,request-body}.test.ts',
  'test/properties/client-arguments.test.ts',
  'test/accounts/confirm-page.test.ts',
  // A hundred passwords are hashed, as in the flows of people.
  'test/accounts/{passwords,login-sessions,enumeration,enumeration-passwordless,session-steps}.test.ts',
  'test/accounts/{session-cookies,reset-password,smtp,mail,own-account,ownership-matrix}.test.ts',
  'test/accounts/account-pages.test.ts',
  'test/accounts/{passkeys,passkey-login,passkey-evidence}.test.ts',
  'test/accounts/{second-factors,second-factor-life,second-factor-cost,recovery-codes,mail-factor}.test.ts',
  // A provider of other people, and each of its lies.
  'test/accounts/{login-with-provider,provider-answers,provider-accounts}.test.ts',
  // Stores that wait out what they keep, on each of them.
  'test/stores/attempts.test.ts',
]
/** What needs a PostgreSQL: `npm run test:databases`. */
const DATABASES = ['test/databases/**/*.test.ts']
const OTHERS = ['test/**/*.test.ts', 'examples/**/test/**/*.test.ts']
const TESTS = [...UNITS, ...OTHERS]
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
    // By default one core is left free, of two as well: that doubles the time.
    maxWorkers: availableParallelism(),
    projects: [
      {
        test: {
          ...shared,
          name: 'units',
          include: UNITS,
          exclude: [...EXCLUDED, ...ALONE, ...ATTACKS],
          isolate: false,
        },
      },
      {
        test: {
          ...shared,
          name: 'tests',
          include: [...OTHERS, ...ALONE],
          exclude: [...EXCLUDED, ...ATTACKS, ...DATABASES],
        },
      },
      { test: { ...shared, name: 'attacks', include: ATTACKS } },
      {
        test: {
          ...shared,
          name: 'databases',
          include: DATABASES,
          globalSetup: ['test/support/postgres-setup.ts'],
        },
      },
      {
        test: {
          ...shared,
          name: 'fixed seed',
          include: DRAWN,
          isolate: false,
          env: { TREFOIL_FIXED_SEED: '-1350501221' },
        },
      },
    ],
  },
})
