// Logins and registrations of two servers in slices that take turns, four connections each.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { adopt } from './children.mjs'
import { BenchFailure } from './log.mjs'

const SERVER = fileURLToPath(new URL('../servers/accounts.mjs', import.meta.url))
const VARIANTS = ['trefoil', 'better-auth']
const CONNECTIONS = 4
/** Trefoil beside the other, with the same hash. */
const BAR = 0.9

/** @returns {{ json: boolean, slices: number, sliceMs: number }} */
export function readAccountFlags() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      slices: { type: 'string', default: '8' },
    },
  })
  return { json: values.json, slices: Number(values.slices), sliceMs: values.quick ? 700 : 2000 }
}

/** @param {ReturnType<typeof readAccountFlags>} flags */
export async function benchAccounts({ json, slices, sliceMs }) {
  const servers = []
  for (const variant of VARIANTS) servers.push(await start(variant))
  const rows = []
  try {
    for (const flow of ['login', 'register']) {
      const rates = new Map(VARIANTS.map((variant) => [variant, []]))
      for (let slice = -1; slice < slices; slice++) {
        for (const server of slice % 2 === 0 ? servers : servers.toReversed()) {
          const rate = await load(server, flow, sliceMs)
          // The first one warms up.
          if (slice >= 0) rates.get(server.variant)?.push(rate)
        }
      }
      const [ours = [], theirs = []] = VARIANTS.map((variant) => rates.get(variant))
      const ratio = median(ours.map((rate, index) => rate / (theirs[index] ?? rate)))
      rows.push({
        flow,
        trefoil: Math.round(median(ours)),
        other: Math.round(median(theirs)),
        ratio: Math.round(ratio * 100) / 100,
      })
    }
  } finally {
    for (const { child } of servers) child.kill()
  }
  if (json) {
    process.stdout.write(`${JSON.stringify({ bar: BAR, rows }, null, 2)}\n`)
    return
  }
  const lines = rows.map((row) => `| ${row.flow} | ${row.trefoil} | ${row.other} | ${row.ratio} |`)
  process.stdout.write(
    `| | Trefoil, a second | better-auth with the same argon2id | ratio (must be ${BAR}) |\n| --- | --: | --: | --: |\n${lines.join('\n')}\n`,
  )
}

async function start(variant) {
  const child = adopt(
    fork(SERVER, [], {
      env: { ...process.env, NODE_ENV: 'production', VARIANT: variant },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
  )
  const [message] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new BenchFailure(`the server of ${variant} ended with ${code}`)
    }),
  ])
  return { variant, child, count: 0, ...message }
}

/** @returns {Promise<number>} answers a second */
async function load(server, flow, ms) {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const begin = performance.now()
  const end = begin + ms
  let done = 0
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (performance.now() < end) {
        const { path, bodies, body } = server[flow]
        const count = server.count++
        const sent = bodies?.[count % bodies.length] ?? {
          ...body,
          email: `new${count}@example.com`,
        }
        await send(server.port, agent, path, JSON.stringify(sent))
        done++
      }
    }),
  )
  agent.destroy()
  return (done * 1000) / (performance.now() - begin)
}

function send(port, agent, path, body) {
  return new Promise((resolve, reject) => {
    const headers = {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      origin: `http://127.0.0.1:${port}`,
    }
    const asked = request(
      { host: '127.0.0.1', port, agent, path, method: 'POST', headers },
      (response) => {
        response.resume()
        response.on('end', () => {
          const { statusCode = 0 } = response
          if (statusCode < 300) resolve(statusCode)
          else reject(new BenchFailure(`${path} answers ${statusCode}`))
        })
      },
    )
    asked.on('error', reject)
    asked.end(body)
  })
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}
