// Calls with several tokens, one after another, until none is let in: says when each was let in last.
import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../packages/trefoil/src/parts.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { bearer } from '../accounts/open-sessions.ts'
import { sessionsApp } from '../accounts/sessions-app.ts'

const [, , url = '', begun = '', ...tokens] = process.argv
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const { app } = sessionsApp({ url, clock: systemClock, app: { log: { logger: quiet as never } } })
await using client = testClient(app)
await client.http.get('/me')
say('ready')
for await (const _ of process.stdin) break

const last = new Map<string, number>()
const open = new Set(tokens)
const end = Date.now() + 30_000
while (open.size > 0 && Date.now() < end) {
  for (const token of open) {
    const at = Date.now()
    const { status } = await client.http.get('/me', bearer(token))
    if (status === 200) last.set(token, at)
    else open.delete(token)
  }
  if (last.size === tokens.length) writeFileSync(begun, '')
  await sleep(5)
}
say(tokens.map((token) => last.get(token) ?? 0))
