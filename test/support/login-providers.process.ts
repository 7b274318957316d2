// Run in several processes at once, each with the same database and the same provider: sends what it was told to, all at
// once, and says how it was answered.
// node login-providers.process.ts <url> <keys> <issuer> <never | before | after> <requests as JSON: [path, cookie, body, token][]>
import process from 'node:process'
import { createApp } from 'trefoil'
import { accounts, oidcProvider } from 'trefoil/accounts'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import { testClient } from 'trefoil/testing'

const [, , url = '', keys = '', issuer = '', dies = '', requests = '[]'] = process.argv
const data = database<never>({ url, migrate: 'start', wait: '60s' })
const jobs = jobQueue({ data })
const die = () => process.kill(process.pid, 'SIGKILL')

/** Killed before the session begins, or with it begun and nobody answered. */
const onLogin = async () => {
  if (dies !== 'before') return
  die()
  await new Promise(() => {})
}
const people = accounts({
  data,
  jobs,
  keys,
  appUrl: 'https://shop.example',
  mailer: { send: async () => {} },
  magicLink: true,
  rates: { mail: false, confirm: false, anonymous: false },
  providers: {
    idp: oidcProvider({
      issuer,
      clientId: 'shop',
      clientSecret: 'a secret of the client, long enough',
      trustsEmail: true,
    }),
  },
  onLogin,
})
const none = () => {}
const app = createApp({
  name: 'shop',
  env: {},
  log: { logger: { debug: none, info: none, warn: none, error: none } },
  auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
  publicSurfaces: ['mcp', 'cli'],
  parts: [data, jobs, people],
})
await using client = testClient(app)
await client.http.get('/')
process.stdout.write('ready\n')
for await (const _ of process.stdin) break
const all = JSON.parse(requests) as [string, string, object | null, string | null][]
const answers = await Promise.all(
  all.map(async ([path, cookie, json, token]) => {
    const headers = {
      ...(cookie === '' ? {} : { cookie }),
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
    }
    const { status, text } =
      json === null
        ? await client.http.get(path, { headers })
        : await client.http.post(path, { headers, json })
    if (dies === 'after') {
      die()
      await new Promise(() => {})
    }
    const body: Record<string, unknown> = text === '' ? {} : JSON.parse(text)
    return body['code'] ?? status
  }),
)
process.stdout.write(`${JSON.stringify(answers)}\n`)
process.exit()
