import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

import { first } from '../startup/routes.mjs'
import { adopt } from './children.mjs'
import { BenchFailure, note } from './log.mjs'
import { cpuSeconds, freePort } from './server-process.mjs'
import { median, round } from './stats.mjs'

const FOLDER = new URL('../startup/', import.meta.url)
const DIST = new URL('../../packages/trefoil/dist/index.js', import.meta.url)
const GOAL_MS = 150

/** @typedef {{ ms: number, cpuMs: number }} Start `cpuMs`: processor time of all its threads */

/** @param {{ rounds: number, json: boolean }} options */
export async function benchStartup({ rounds, json }) {
  const built = existsSync(DIST)
  if (!built) note('warning: trefoil is not built and is left out')
  const servers = ['node', 'node-zod', 'fastify', ...(built ? ['trefoil'] : [])]
  /** @type {Map<string, Start[]>} */
  const starts = new Map(servers.map((name) => [name, []]))
  // Round 0 fills the caches of the disk and is thrown away.
  for (let turn = 0; turn <= rounds; turn++) {
    for (const [name, own] of starts) {
      const start = await startOnce(name)
      if (turn > 0) own.push(start)
    }
  }
  if (json) printJson(starts)
  else printTable(starts)
}

/** @param {Map<string, Start[]>} starts */
function printJson(starts) {
  for (const [server, own] of starts) {
    const line = {
      bench: 'startup',
      server,
      routes: 50,
      median_ms: round(median(own.map(({ ms }) => ms)), 1),
      goal_ms: GOAL_MS,
    }
    process.stdout.write(`${JSON.stringify(line)}\n`)
  }
}

/** @param {Map<string, Start[]>} starts */
function printTable(starts) {
  const lines = [...starts].map(([name, own]) => {
    const times = own.map(({ ms }) => ms)
    const range = `${Math.min(...times).toFixed(0)}–${Math.max(...times).toFixed(0)}`
    const cpu = median(own.map(({ cpuMs }) => cpuMs)).toFixed(0)
    return `| ${name} | ${median(times).toFixed(0)} | ${range} | ${cpu} |`
  })
  const head = '| server, 50 routes | median ms | range | CPU ms |\n|---|---:|---:|---:|'
  process.stdout.write(`${head}\n${lines.join('\n')}\n`)
}

/** @param {string} name @returns {Promise<Start>} */
async function startOnce(name) {
  const port = await freePort()
  const file = fileURLToPath(new URL(`${name}.mjs`, FOLDER))
  const started = performance.now()
  const child = adopt(
    spawn(process.execPath, [file], {
      env: { ...process.env, NODE_ENV: 'production', PORT: String(port) },
      stdio: ['ignore', 'pipe', 'inherit'],
    }),
  )
  const gone = new Promise((resolve) => child.once('close', resolve))
  try {
    await Promise.race([
      saysReady(child),
      gone.then(() => {
        throw new BenchFailure(`${name} ended before it was ready`)
      }),
    ])
    const response = await fetch(`http://127.0.0.1:${port}${first.path}`)
    const text = await response.text()
    const elapsed = performance.now() - started
    const cpuMs = cpuSeconds(/** @type {number} */ (child.pid)) * 1000
    if (response.status !== 200)
      throw new BenchFailure(`${name} answered ${response.status}: ${text}`)
    const { id, kind, verbose } = JSON.parse(text)
    if (JSON.stringify({ id, kind, verbose }) !== JSON.stringify(first.body)) {
      throw new BenchFailure(`${name} answered wrongly: ${text}`)
    }
    return { ms: elapsed, cpuMs }
  } finally {
    child.kill('SIGKILL')
    await gone
  }
}

/** @param {import('node:child_process').ChildProcess} child @returns {Promise<void>} */
function saysReady(child) {
  return new Promise((resolve) => {
    let text = ''
    child.stdout?.on('data', (chunk) => {
      text += chunk
      if (/^ready$/m.test(text)) resolve()
    })
  })
}
