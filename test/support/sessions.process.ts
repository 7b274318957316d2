// Renews one token in a process of its own, and may be killed in between: what it says is what it was given.

import { systemClock } from '../../packages/trefoil/src/parts.ts'
import { sqlLoginSessions, sqlRefreshFamilies } from '../../packages/trefoil/src/stores.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { sessionsApp } from '../accounts/sessions-app.ts'

const [, , url = '', token = '', given = '1', dies = '0'] = process.argv
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)
/** Statements of the stores after which the process is killed; 0 for never. */
let left = Number(dies)

const quiet = { debug() {}, info() {}, warn() {}, error() {} }
const { app } = sessionsApp({
  url,
  clock: systemClock,
  app: { log: { logger: quiet as never } },
  stores: (data) => {
    const run: typeof data.state.run = (text, values) => {
      if (left > 0 && --left === 0) process.kill(process.pid, 'SIGKILL')
      return data.state.run(text, values)
    }
    const counted = { ...data, state: { ...data.state, run } }
    return { sessions: sqlLoginSessions(counted), families: sqlRefreshFamilies(counted) }
  },
  // A machine that has other things to do takes longer than the twenty seconds of the real one.
  parts: { grace: 300_000 },
})
await using client = testClient(app)
await client.http.get('/me')
say('ready')
for await (const _ of process.stdin) break

const bodies = new Map<string, number>()
let begun = 0
const callers = Array.from({ length: 20 }, async () => {
  while (begun++ < Number(given)) {
    const answer = await client.http.post('/auth/refresh', { json: { refresh_token: token } })
    const text = `${answer.status} ${JSON.stringify(answer.json())}`
    bodies.set(text, (bodies.get(text) ?? 0) + 1)
  }
})
await Promise.all(callers)
for (const entry of bodies) say(entry)
