// Slices of a bare loop and of logins in turn, and then a flood of logins with reads beside it.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { Agent, request } from 'node:http'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { adopt } from './children.mjs'
import { BenchFailure } from './log.mjs'

const SERVER = fileURLToPath(new URL('../servers/passwords.mjs', import.meta.url))
const LOGINS = 32
const READS_A_SECOND = 300
/** What must hold: logins beside the bare loop, milliseconds of reads and of a file that is looked at, MB. */
const BARS = { ratio: 0.85, p99: 10, stat: 20, rss: 100 }

/** @typedef {{ json: boolean, slices: number, sliceMs: number, variants: string[] }} PasswordFlags */

/** @returns {PasswordFlags} */
export function readPasswordFlags() {
  const { values } = parseArgs({
    options: {
      json: { type: 'boolean', default: false },
      quick: { type: 'boolean', default: false },
      slices: { type: 'string', default: '5' },
      servers: { type: 'string', default: 'login' },
    },
  })
  return {
    json: values.json,
    slices: Number(values.slices),
    sliceMs: values.quick ? 700 : 2500,
    variants: values.servers.split(','),
  }
}

/** @param {PasswordFlags} flags */
export async function benchPasswords(flags) {
  const results = []
  for (const variant of flags.variants) results.push(await measure(variant, flags))
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ bars: BARS, results }, null, 2)}\n`)
    return
  }
  const lines = results.map((one) => {
    const { variant, logins, bare, ratio, flooded, quiet, slices, stat, rss } = one
    return `| ${variant} | ${bare} | ${logins} | ${ratio} | ${flooded} | ${quiet} | ${slices.join(', ')} | ${one.p99} | ${stat} | ${rss} |`
  })
  process.stdout.write(
    `| | bare/s | logins/s | ratio | logins/s in the flood | p99 quiet | p99 by slice | median | stat, most | RSS + MB |\n| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: |\n${lines.join('\n')}\n`,
  )
}

/** @param {string} variant @param {PasswordFlags} flags */
async function measure(variant, { slices, sliceMs }) {
  const child = adopt(
    fork(SERVER, [], {
      env: { ...process.env, NODE_ENV: 'production', VARIANT: variant },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    }),
  )
  const ask = async (question) => {
    child.send(question)
    for (;;) {
      const [answer] = await once(child, 'message')
      // What a file took may still be on its way.
      if (question.ask in answer) return answer
    }
  }
  const [{ port, logins }] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => {
      throw new BenchFailure(`the server of ${variant} ended with ${code}`)
    }),
  ])
  const login = new Agent({ keepAlive: true, maxSockets: LOGINS })
  const reader = new Agent({ keepAlive: true, maxSockets: 64 })
  const loginOnce = (index) => {
    const { path, body } = logins[index % logins.length]
    return send(port, login, 'POST', path, body)
  }
  try {
    const rates = { bare: [], logins: [] }
    for (let slice = 0; slice < slices; slice++) {
      rates.bare.push((await ask({ ask: 'bare', ms: sliceMs })).bare)
      const flood = startFlood(loginOnce, 4)
      await wait(sliceMs)
      rates.logins.push(await flood.stop())
    }
    const quiet = await readFor(port, reader, sliceMs)
    const before = (await ask({ ask: 'rss' })).rss
    const flood = startFlood(loginOnce, LOGINS)
    const p99s = []
    const stats = []
    for (let slice = 0; slice < slices; slice++) {
      const reads = readFor(port, reader, sliceMs)
      const asking = setInterval(() => child.send({ ask: 'stat' }), 100)
      const heard = ({ stat }) => stat !== undefined && stats.push(stat)
      child.on('message', heard)
      p99s.push(await reads)
      clearInterval(asking)
      await wait(100)
      child.off('message', heard)
    }
    const flooded = await flood.stop()
    const { rss } = await ask({ ask: 'rss' })
    const ratios = rates.logins.map((rate, index) => rate / (rates.bare[index] ?? rate))
    return {
      variant,
      bare: round(median(rates.bare), 0),
      logins: round(median(rates.logins), 0),
      ratio: round(median(ratios), 2),
      flooded: round(flooded, 0),
      quiet: round(quiet, 1),
      slices: p99s.map((one) => round(one, 1)),
      p99: round(median(p99s), 1),
      stat: round(Math.max(...stats), 1),
      rss: round((rss - before) / 1e6, 0),
    }
  } finally {
    login.destroy()
    reader.destroy()
    child.kill()
  }
}

/** @param {(index: number) => Promise<number>} once @param {number} connections */
function startFlood(once, connections) {
  let done = 0
  let isOver = false
  const begin = performance.now()
  const loops = Array.from({ length: connections }, async (_, index) => {
    while (!isOver) {
      if ((await once(index)) === 200) done++
    }
  })
  return {
    /** Those that were answered, a second: what was refused for want of room is none. */
    async stop() {
      const rate = (done * 1000) / (performance.now() - begin)
      isOver = true
      await Promise.all(loops)
      return rate
    },
  }
}

/** Reads at a fixed rate, each from when it was due, whatever became of the ones before it. */
async function readFor(port, agent, ms) {
  const times = []
  const sent = []
  const begin = performance.now()
  const count = Math.round((ms * READS_A_SECOND) / 1000)
  for (let index = 0; index < count; index++) {
    const due = begin + (index * 1000) / READS_A_SECOND
    const left = due - performance.now()
    if (left > 1) await wait(left)
    const from = performance.now()
    sent.push(
      send(port, agent, 'GET', '/orders/1').then(() => times.push(performance.now() - from)),
    )
  }
  await Promise.all(sent)
  return times.sort((left, right) => left - right)[Math.floor(times.length * 0.99)] ?? 0
}

/** @returns {Promise<number>} the status */
function send(port, agent, method, path, body = null) {
  const { promise, resolve, reject } = Promise.withResolvers()
  const headers = body === null ? {} : { 'content-type': 'application/json' }
  const sent = request({ host: '127.0.0.1', port, agent, method, path, headers }, (response) => {
    response.resume()
    response.once('end', () => resolve(response.statusCode))
  })
  sent.once('error', reject)
  sent.end(body ?? undefined)
  return promise
}

function wait(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

function median(values) {
  const sorted = values.toSorted((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? 0
}

function round(value, digits) {
  return Number(value.toFixed(digits))
}
