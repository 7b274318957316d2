// One interface over wrk and our own generator.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { adopt } from './children.mjs'
import { pinned } from './cores.mjs'
import { BenchFailure } from './log.mjs'
import { luaScript, wrkResult } from './wrk-script.mjs'

/**
 * @typedef {{ request: import('./workloads.mjs').Request, status: number, body: string | null }} LoadPart
 *   `body`: the exact bytes of a right answer, `null` when they differ from call to call.
 * @typedef {{ port: number, parts: readonly LoadPart[], order: readonly number[], connections: number, seconds: number, count: number | null, strict: boolean }} Load
 *   `order`: indices of `parts`, sent over and over. `count`: stop after exactly so many calls
 *   (our own generator only), `null`: after `seconds`. `strict`: look at every answer, at the
 *   price of some speed; else at every status.
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
export function own(core) {
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
      const { connections, port, parts, seconds } = load
      const url = `http://127.0.0.1:${port}${parts[0]?.request.path}`
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
      return wrkResult(load, JSON.parse(line.slice('RESULT '.length)))
    },
    close,
  }
}

/** @param {number | null} core @param {readonly string[]} command @param {string} [input] @returns {Promise<string>} */
export function output(core, command, input = '') {
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
