import { createServer } from 'node:net'
import { accounts, oidcProvider } from '../../packages/trefoil/src/accounts.ts'
import { type Database, database } from '../../packages/trefoil/src/database.ts'
import { createApp, html } from '../../packages/trefoil/src/index.ts'
import { type JobQueue, jobQueue } from '../../packages/trefoil/src/jobs.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { KEYS } from '../accounts/accounts-app.ts'

type Rows = Record<string, Record<string, unknown>>

/** A site with the pages of accounts, all of them, on `http://localhost`. */
export interface AccountSite {
  readonly server: RunningServer
  readonly data: Database<Rows>
  readonly jobs: JobQueue
  /** Address on the site. */
  at(path: string): string
  /** Text of the newest mail to somebody; sends what waits first. */
  mailTo(address: string): Promise<string>
  /** The link in it. */
  linkTo(address: string): Promise<string>
}

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

export async function accountSite(): Promise<AccountSite> {
  // Passkeys are for the origin that is configured, port and all.
  const port = await freePort()
  const home = `http://localhost:${port}`
  const data = database<Rows>({ url: ':memory:', migrate: 'start' })
  const jobs = jobQueue({ data })
  const mails: { readonly to: string; readonly text: string }[] = []
  const people = accounts({
    data,
    jobs,
    keys: KEYS,
    appUrl: home,
    mailer: { send: (mail) => void mails.push(mail) },
    mail: { cooldown: '1ms', perHour: 1000 },
    rates: { mail: false, confirm: false, anonymous: false },
    passwordPolicy: { breachCheck: false },
    magicLink: true,
    emailCode: true,
    usernames: true,
    passkeys: {},
    mfa: { trustedDevices: '30d' },
    pages: true,
    providers: {
      example: oidcProvider({ issuer: 'https://id.example', clientId: 'shop', clientSecret: KEYS }),
    },
  })
  const app = createApp({
    name: 'Green Shop',
    env: {},
    log: { logger: quiet },
    auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
    publicSurfaces: ['mcp', 'cli'],
    parts: [data, jobs, people],
  })
  app.get('/', { public: true }, () => html('<!doctype html><title>shop</title>'))
  const server = await serve(app, { port, host: '0.0.0.0', signals: false })
  const site: AccountSite = {
    server,
    data,
    jobs,
    at: (path) => home + path,
    async mailTo(address) {
      await jobs.runDue()
      return mails.findLast(({ to }) => to === address)?.text ?? ''
    },
    async linkTo(address) {
      return /http:\S+/.exec(await site.mailTo(address))?.[0] ?? ''
    },
  }
  return site
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer()
    probe.once('error', reject)
    probe.listen(0, () => {
      const address = probe.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      probe.close(() => resolve(port))
    })
  })
}
