// How long a program that speaks MCP on its standard output takes to its first answer.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

import { adopt } from './children.mjs'
import { sameJson } from './expect.mjs'
import { BenchFailure } from './log.mjs'
import { orders } from './orders.mjs'
import { median, round } from './stats.mjs'
import { MODERN, toolMessage } from './tool-message.mjs'

/** Times the bare program's. */
const BAR = 1.9
const FOLDER = new URL('../stdio/', import.meta.url)
const PROGRAM = new URL('../../packages/trefoil/bin/trefoil.js', import.meta.url)

/** @type {Readonly<Record<string, readonly string[]>>} */
const SERVERS = {
  node: [path(new URL('node.mjs', FOLDER))],
  trefoil: [path(PROGRAM), 'mcp', `${path(new URL('app.mjs', FOLDER))}#app`],
}

/** @typedef {{ ms: number, tools: unknown }} First */

/** @param {{ rounds: number, json: boolean }} options */
export async function benchStdio({ rounds, json }) {
  /** @type {Map<string, First[]>} */
  const starts = new Map(Object.keys(SERVERS).map((name) => [name, []]))
  // Round 0 fills the caches of the disk and is thrown away.
  for (let turn = 0; turn <= rounds; turn++) {
    for (const [name, own] of starts) {
      const first = await startOnce(name)
      if (turn > 0) own.push(first)
    }
  }
  const [bare, ours] = [...starts.values()].map((own) => own.map(({ ms }) => ms))
  const [bareTools, ourTools] = [...starts.values()].map(([first]) => first?.tools)
  const wrong = sameJson(ourTools, bareTools)
  if (wrong !== null) throw new BenchFailure(`The two list different tools: ${wrong}`)
  // Side by side, turn by turn: what else runs on the machine is there for both.
  const ratio = median((ours ?? []).map((ms, turn) => ms / (bare?.[turn] ?? Number.NaN)))
  for (const [name, own] of starts) {
    const times = own.map(({ ms }) => ms)
    const figures = {
      server: name,
      median_ms: round(median(times), 1),
      least_ms: round(Math.min(...times), 1),
      most_ms: round(Math.max(...times), 1),
    }
    process.stdout.write(
      json
        ? `${JSON.stringify({ bench: 'stdio', ...figures })}\n`
        : `| ${name} | ${figures.median_ms} | ${figures.least_ms}–${figures.most_ms} |\n`,
    )
  }
  if (json)
    process.stdout.write(
      `${JSON.stringify({ bench: 'stdio', ratio: round(ratio, 2), bar: BAR })}\n`,
    )
  else process.stdout.write(`ratio ${ratio.toFixed(2)}, bar ${BAR}\n`)
  if (ratio > BAR)
    throw new BenchFailure(`${ratio.toFixed(2)} times the bare program, at most ${BAR}`)
}

/** @param {string} name @returns {Promise<First>} */
async function startOnce(name) {
  const started = performance.now()
  const child = adopt(
    spawn(process.execPath, [...(SERVERS[name] ?? [])], {
      env: { ...process.env, NODE_ENV: 'production' },
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  )
  const gone = new Promise((resolve) => child.once('close', resolve))
  const lines = reader(child)
  try {
    child.stdin.write(line('tools/list', {}))
    const listed = await lines(gone, name)
    const ms = performance.now() - started
    child.stdin.write(
      line('tools/call', { name: 'get_order', arguments: { order_id: 'ord_1001' } }),
    )
    const called = await lines(gone, name)
    const text = JSON.stringify(orders.get('ord_1001'))
    const wrong = sameJson(called?.result?.content, [{ type: 'text', text }])
    if (wrong !== null) throw new BenchFailure(`${name} called the tool wrongly: ${wrong}`)
    return { ms, tools: listed?.result?.tools }
  } finally {
    child.kill('SIGKILL')
    await gone
  }
}

/** @param {string} method @param {Record<string, unknown>} params */
function line(method, params) {
  return `${toolMessage(MODERN, method, params, {}).body}\n`
}

/** @param {import('node:child_process').ChildProcessByStdio<import('node:stream').Writable, import('node:stream').Readable, null>} child */
function reader(child) {
  let text = ''
  let wake = () => {}
  child.stdout.on('data', (piece) => {
    text += piece
    wake()
  })
  /** @param {Promise<unknown>} gone @param {string} name */
  return async (gone, name) => {
    for (;;) {
      const end = text.indexOf('\n')
      if (end !== -1) {
        const first = text.slice(0, end)
        text = text.slice(end + 1)
        return JSON.parse(first)
      }
      await Promise.race([
        new Promise((resolve) => {
          wake = () => resolve(null)
        }),
        gone.then(() => {
          throw new BenchFailure(`${name} ended before it answered`)
        }),
      ])
    }
  }
}

/** @param {URL} url */
function path(url) {
  return fileURLToPath(url)
}
