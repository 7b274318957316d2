// Starts the programs of this folder under a runtime and reads what they print.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { KNOWN } from './known.mjs'

const MAIN = fileURLToPath(new URL('./main.mjs', import.meta.url))
const STOP = fileURLToPath(new URL('./stop.mjs', import.meta.url))

/** Milliseconds for a whole program. */
const PATIENCE = 180_000
/** Milliseconds in which a program that is done has to end by itself. */
const LAST_WORDS = 5_000

/**
 * Runs everything under one runtime.
 *
 * @param command the runtime's program
 * @param args what goes before the name of the program
 * @param env variables on top of those of this process
 * @returns `runtime`, and `results`: each with `way`, `check`, `outcome` (`passed`, `failed`,
 * `skipped`) and `detail`
 */
export async function runProbe(command, args, env = {}) {
  const main = await runProgram(command, [...args, MAIN], env, ({ done }) => done === true)
  const runtime = main.lines.find((line) => 'runtime' in line)?.runtime ?? null
  const results = main.lines.filter((line) => 'check' in line)
  if (main.problem !== null) results.push(failure('the program', 'runs to its end', main.problem))
  results.push(await stopped(command, args, env))
  return { runtime, results: results.map((result) => judge(result, KNOWN[runtime?.name] ?? {})) }
}

async function stopped(command, args, env) {
  const { lines, problem } = await runProgram(command, [...args, STOP], env, () => false)
  const [way, check] = ['serve', 'SIGTERM: the answer is finished, the hooks run, it ends with 0']
  const events = lines.find((line) => 'events' in line)?.events.join(' ')
  const wanted = 'startup answered'
  if (problem !== null) return failure(way, check, problem)
  return events === wanted ? { way, check, error: null } : failure(way, check, `it did: ${events}`)
}

function failure(way, check, error) {
  return { way, check, error }
}

function judge({ way, check, error }, known) {
  const reason = known[`${way}: ${check}`]
  if (reason === undefined) {
    return { way, check, outcome: error === null ? 'passed' : 'failed', detail: error }
  }
  if (error !== null) return { way, check, outcome: 'skipped', detail: reason }
  return { way, check, outcome: 'failed', detail: 'works now: take it off known.mjs' }
}

/** @param isLast whether nothing comes after a line */
function runProgram(command, args, env, isLast) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const lines = []
    let text = ''
    let errors = ''
    let late = false
    const giveUp = () => {
      late = true
      child.kill('SIGKILL')
    }
    let timer = setTimeout(giveUp, PATIENCE)
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (piece) => {
      text += piece
      const complete = text.split('\n')
      text = complete.pop() ?? ''
      for (const line of complete) {
        const document = parse(line)
        lines.push(document)
        if (!isLast(document)) continue
        clearTimeout(timer)
        timer = setTimeout(giveUp, LAST_WORDS)
      }
    })
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', (piece) => {
      errors = (errors + piece).slice(-4000)
    })
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ lines, problem: error.message })
    })
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      const how = late ? 'it had to be killed' : `it ended with ${code ?? signal}`
      resolve({ lines, problem: code === 0 && !late ? null : `${how}\n${errors}` })
    })
  })
}

function parse(line) {
  try {
    return JSON.parse(line)
  } catch {
    return { text: line }
  }
}
