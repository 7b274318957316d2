// Slices of each server in turn: calls with many tokens one after another, and chains of refresh tokens.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { adopt } from './children.mjs'
import { findCores } from './cores.mjs'
import { createGenerator } from './generator.mjs'
import { BenchFailure } from './log.mjs'
import { median, round } from './stats.mjs'

const SERVER = fileURLToPath(new URL('../servers/sessions.mjs', import.meta.url))
const CHECKS = ['trefoil', 'bare', 'bare-cached', 'better-auth', 'better-auth-cached']
const REFRESHES = ['trefoil-refresh', 'oidc-refresh']
const CONNECTIONS = 16
/** What must hold, of Trefoil beside another. */
const BARS = { 'better-auth': 8, 'better-auth-cached': 8, 'bare-cached': 0.7 }

/** @typedef {{ json: boolean, slices: number, seconds: number, sessions: number }} SessionFlags */

/** @returns {SessionFlags} */
export function readSessionFlags() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      slices: { type: 'string', default: '5' },
      sessions: { type: 'string', default: '200' },
    },
  })
  return {
    json: values.json,
    slices: Number(values.slices),
    seconds: values.quick ? 1 : 3,
    sessions: Number(values.sessions),
  }
}

/** @param {SessionFlags} flags */
export async function benchSessions({ json, slices, seconds, sessions }) {
  const cores = findCores()
  const generator = createGenerator('own', cores.generator)
  const servers = new Map()
  for (const name of [...CHECKS, ...REFRESHES]) servers.set(name, await started(name, sessions))
  try {
    const rates = Object.fromEntries([...servers.keys()].map((name) => [name, []]))
    for (let slice = -1; slice < slices; slice++) {
      for (const name of CHECKS) {
        const rate = await checked(generator, servers.get(name), seconds)
        // The first warms up.
        if (slice >= 0) rates[name].push(rate)
      }
      for (const name of REFRESHES) {
        const rate = await refreshed(servers.get(name), seconds)
        if (slice >= 0) rates[name].push(rate)
      }
    }
    report(rates, json)
  } finally {
    for (const { child } of servers.values()) child.kill()
  }
}

function report(rates, json) {
  const rows = Object.entries(rates).map(([name, all]) => {
    const own = rates[name.endsWith('-refresh') ? 'trefoil-refresh' : 'trefoil']
    const ratio = median(all.map((rate, index) => own[index] / rate))
    return { name, rate: Math.round(median(all)), ratio: round(ratio, 2), bar: BARS[name] ?? null }
  })
  if (json) {
    process.stdout.write(`${JSON.stringify({ bars: BARS, rows }, null, 2)}\n`)
    return
  }
  const lines = rows.map(
    ({ name, rate, ratio, bar }) => `| ${name} | ${rate} | ${ratio} | ${bar ?? ''} |`,
  )
  process.stdout.write(
    `| | calls/s | Trefoil is so many times as fast | must be |\n| --- | --: | --: | --: |\n${lines.join('\n')}\n`,
  )
}

async function started(name, sessions) {
  const child = adopt(
    fork(SERVER, [], {
      env: { ...process.env, NODE_ENV: 'production', VARIANT: name, SESSIONS: String(sessions) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
  )
  const [said] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(() => {
      throw new BenchFailure(`${name} did not start`)
    }),
  ])
  return { name, child, ...said }
}

async function checked(generator, { name, port, path, headers }, seconds) {
  const parts = headers.map((one) => ({
    request: { method: 'GET', path, headers: one, body: null },
    status: 200,
    body: null,
  }))
  const order = parts.map((_, index) => index)
  const load = { port, parts, order, connections: CONNECTIONS, seconds, count: null, strict: false }
  const result = await generator.run(load)
  if (result.requests === 0 || result.bad + result.failed > 0) {
    throw new BenchFailure(
      `${name}: ${result.bad} wrong, ${result.failed} failed of ${result.requests}`,
    )
  }
  return result.requests / result.seconds
}

/** Each chain renews with what it was given last. */
async function refreshed(server, seconds) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const begin = performance.now()
  const end = begin + seconds * 1000
  let done = 0
  const chain = async (index) => {
    while (performance.now() < end) {
      server.tokens[index] = await renew(agent, server, server.tokens[index])
      done++
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, (_, index) => chain(index)))
  const rate = (done * 1000) / (performance.now() - begin)
  agent.destroy()
  return rate
}

/** @returns {Promise<string>} the successor */
function renew(agent, { name, port, path, body }, token) {
  const { promise, resolve, reject } = Promise.withResolvers()
  const text = new URLSearchParams({ ...body, refresh_token: token }).toString()
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(text),
  }
  const options = { host: '127.0.0.1', port, agent, method: 'POST', path, headers }
  const sent = request(options, async (response) => {
    let answer = ''
    for await (const chunk of response) answer += chunk
    if (response.statusCode === 200) resolve(JSON.parse(answer).refresh_token)
    else reject(new BenchFailure(`${name}: ${response.statusCode} ${answer}`))
  })
  sent.once('error', reject)
  sent.end(text)
  return promise
}
