// What looking on costs: the same small app without anybody who does, with metrics(), with otel() without an
// SDK. Calls in this process, in slices one after the other, processor time of the process alone.
//
//   node bench/observers.mjs [--rounds 200] [--calls 500]
import { parseArgs } from 'node:util'
import { createApp } from 'trefoil'
import { metrics } from 'trefoil/metrics'
import { otel } from 'trefoil/otel'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '200' },
    calls: { type: 'string', default: '500' },
  },
})
const [rounds, calls] = [Number(values.rounds), Number(values.calls)]

const TOKEN = 'a-token-of-the-scraper'
const rows = {
  nobody: [],
  again: [],
  'log.onCall': [],
  'metrics()': [metrics({ token: TOKEN })],
  'otel(), no SDK': [otel()],
}
const apps = []
for (const [name, parts] of Object.entries(rows)) {
  const app = createApp({
    env: {},
    publicSurfaces: ['api'],
    log: { level: 'silent', ...(name === 'log.onCall' ? { onCall: () => {} } : {}) },
    parts,
  })
  app.get('/hello', () => ({ hello: 'world' }))
  await app.startup()
  apps.push({ name, app, slices: [] })
}

const request = new Request('http://localhost/hello')
async function slice(app) {
  const before = process.cpuUsage()
  for (let n = 0; n < calls; n++) await (await app.fetch(request)).arrayBuffer()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / calls
}

for (let round = 0; round < rounds + 20; round++) {
  const order = round % 2 === 0 ? apps : [...apps].reverse()
  for (const one of order) {
    const spent = await slice(one.app)
    // The first rounds are for the compiler.
    if (round >= 20) one.slices.push(spent)
  }
}

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1]
const [first] = apps
console.log(
  'CPU microseconds a call, median of the slices; difference to the first row in the same round',
)
for (const { name, slices } of apps) {
  const more = median(slices.map((spent, at) => spent - first.slices[at]))
  console.log(
    `${name.padEnd(16)} ${median(slices).toFixed(2).padStart(8)} ${more.toFixed(2).padStart(7)}`,
  )
}
for (const { app } of apps) await app.shutdown()
