// One interface over wrk and our own generator.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { adopt } from './children.mjs'
import { pinned } from './cores.mjs'
import { BenchFailure } from './log.mjs'

/**
 * @typedef {{ port: number, request: import('./workloads.mjs').Request, connections: number, seconds: number, status: number, body: string | null, strict: boolean }} Load
 *   `body`: the exact bytes of a right answer, `null` when they differ from call to call.
 *   `strict`: look at every answer, at the price of some speed; else at every status.
 * @typedef {{ requests: number, seconds: number, p99Ms: number, bad: number, failed: number }} LoadResult
 * @typedef {{ name: string, run: (load: Load) => Promise<LoadResult>, close: () => void }} Generator
 */

/** @param {'wrk' | 'own' | null} wanted @param {number | null} core @returns {Generator} */
export function createGenerator(wanted, core) {
  const hasWrk = spawnSync('wrk', ['-v']).error === undefined
  if (wanted === 'wrk' && !hasWrk) throw new BenchFailure('wrk is not on PATH')
  return wanted !== 'own' && hasWrk ? wrk(core) : own(core)
}

/** @param {number | null} core @returns {Generator} */
function own(core) {
  const file = fileURLToPath(new URL('load.mjs', import.meta.url))
  return {
    name: 'own',
    run: async (load) =>
      JSON.parse(await output(core, [process.execPath, file], JSON.stringify(load))),
    close: () => {},
  }
}

/** @param {number | null} core @returns {Generator} */
function wrk(core) {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-bench-'))
  const script = join(folder, 'load.lua')
  const close = () => rmSync(folder, { recursive: true, force: true })
  process.once('exit', close)
  return {
    name: 'wrk',
    run: async (load) => {
      writeFileSync(script, luaScript(load))
      const { connections, port, request, seconds } = load
      const url = `http://127.0.0.1:${port}${request.path}`
      const text = await output(core, [
        'wrk',
        '-t1',
        `-c${connections}`,
        `-d${seconds}s`,
        '--timeout',
        '8s',
        '--latency',
        '-s',
        script,
        url,
      ])
      const line = text.split('\n').find((one) => one.startsWith('RESULT '))
      if (line === undefined) throw new BenchFailure(`wrk gave no result:\n${text}`)
      return JSON.parse(line.slice('RESULT '.length))
    },
    close,
  }
}

/** @param {Load} load */
function luaScript({ request, status, body, strict }) {
  const { method, headers } = request
  return [
    `wrk.method = ${lua(method)}`,
    ...(request.body === null ? [] : [`wrk.body = ${lua(request.body)}`]),
    ...Object.entries(headers).map(([name, value]) => `wrk.headers[${lua(name)}] = ${lua(value)}`),
    'local threads = {}',
    'function setup(thread) table.insert(threads, thread) end',
    'function init(args) bad = 0 end',
    ...(strict
      ? [
          `local expected = ${body === null ? 'nil' : lua(body)}`,
          'function response(status, headers, body)',
          `  if status ~= ${status} or (expected and body ~= expected) then bad = bad + 1 end`,
          'end',
        ]
      : []),
    'function done(summary, latency)',
    '  local bad = 0',
    "  for _, thread in ipairs(threads) do bad = bad + thread:get('bad') end",
    '  local errors = summary.errors',
    '  print(string.format(',
    `    'RESULT {"requests":%d,"seconds":%.6f,"p99Ms":%.3f,"bad":%d,"failed":%d}',`,
    '    summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3,',
    '    math.max(bad, errors.status), errors.connect + errors.read + errors.write + errors.timeout',
    '  ))',
    'end',
    '',
  ].join('\n')
}

/** A Lua string of any text: every byte as an escape, so nothing in it can end it. @param {string} text */
function lua(text) {
  return `"${[...Buffer.from(text)].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`
}

/** @param {number | null} core @param {readonly string[]} command @param {string} [input] @returns {Promise<string>} */
function output(core, command, input = '') {
  const [program, args] = pinned(core, command)
  return new Promise((resolve, reject) => {
    const child = adopt(spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'] }))
    let text = ''
    child.stdout.on('data', (chunk) => {
      text += chunk
    })
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(text)
      else reject(new BenchFailure(`${command[0]} ended with code ${code}:\n${text}`))
    })
    child.stdin.end(input)
  })
}
