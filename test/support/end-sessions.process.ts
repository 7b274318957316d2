// Ends sessions as another process of the same app: says when each was over.
import { createInterface } from 'node:readline'
import { systemClock } from '../../packages/trefoil/src/parts.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { sessionsApp } from '../accounts/sessions-app.ts'

const [, , url = ''] = process.argv
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const made = sessionsApp({ url, clock: systemClock, app: { log: { logger: quiet as never } } })
await using client = testClient(made.app)
await client.http.get('/me')
say('ready')

for await (const line of createInterface(process.stdin)) {
  const [how, subject, session] = JSON.parse(line) as [string, string, string]
  const owner = { id: subject, tenant: null }
  if (how === 'end') await made.sessions.end(owner, session)
  if (how === 'all') await made.sessions.endAll(owner, null)
  if (how === 'epoch') await made.change(subject, { roles: ['fewer'] })
  if (how === 'disable') await made.change(subject, { disabledAt: Date.now() } as never)
  if (how === 'remove') await made.remove(subject)
  say(Date.now())
}
