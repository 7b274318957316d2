// Run in several processes at once, each with the same database: sends what it was told to, and says how it was answered.
import process from 'node:process'
import { createApp } from 'trefoil'
import { accounts } from 'trefoil/accounts'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import { testClient } from 'trefoil/testing'
import { killer } from './killer.ts'

const [, , url = '', keys = '', dies = '', path = '', body = '{}', given = '1'] = process.argv
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
const data = database<never>({ url, migrate: 'start', wait: '60s' })
const jobs = jobQueue({ data })
const people = accounts({
  data,
  jobs,
  keys,
  appUrl: 'https://shop.example',
  mailer: { send: async () => {} },
  rates: { mail: false, confirm: false },
})
const app = createApp({
  name: 'shop',
  env: {},
  log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
  parts: [data, jobs, people, killer(data, dies)],
})
await using client = testClient(app)
await client.http.get('/')
say('ready')
for await (const _ of process.stdin) break
const send = async () => (await client.http.post(path, { json: JSON.parse(body) })).status
say(await Promise.all(Array.from({ length: Number(given) }, send)))
process.exit()
