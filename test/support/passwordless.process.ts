// Run in several processes at once, each with the same database: sends what it was told to, all at once, and says how it was
// answered. node passwordless.process.ts <url> <keys> <never | before | after> <requests as JSON: [path, body, token][]>
import process from 'node:process'
import { createApp } from 'trefoil'
import { accounts } from 'trefoil/accounts'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import { testClient } from 'trefoil/testing'
import { killer } from './killer.ts'

const [, , url = '', keys = '', dies = '', requests = '[]'] = process.argv
const data = database<never>({ url, migrate: 'start', wait: '60s' })
const jobs = jobQueue({ data })
const people = accounts({
  data,
  jobs,
  keys,
  appUrl: 'https://shop.example',
  mailer: { send: async () => {} },
  magicLink: true,
  emailCode: true,
  usernames: true,
  mfa: { emailOtp: { enabled: true }, recoveryCodes: 2 },
  passwordPolicy: { breachCheck: false },
  lockout: { threshold: 100, addressThreshold: 10_000 },
  rates: { mail: false, confirm: false, anonymous: false },
})
const none = () => {}
const app = createApp({
  name: 'shop',
  env: {},
  log: { logger: { debug: none, info: none, warn: none, error: none } },
  auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
  publicSurfaces: ['mcp', 'cli'],
  parts: [data, jobs, people, killer(data, dies)],
})
await using client = testClient(app)
await client.http.get('/')
process.stdout.write('ready\n')
for await (const _ of process.stdin) break
const all = JSON.parse(requests) as [string, object, string | undefined][]
const answers = await Promise.all(
  all.map(async ([path, json, token]) => {
    const headers = token ? { authorization: `Bearer ${token}` } : {}
    const { status, text } = await client.http.post(`/auth${path}`, { json, headers })
    const body: Record<string, unknown> = text === '' ? {} : JSON.parse(text)
    return body['code'] ?? status
  }),
)
process.stdout.write(`${JSON.stringify(answers)}\n`)
process.exit()
