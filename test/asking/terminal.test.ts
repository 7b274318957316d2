// `trefoil call` at a terminal: what an action asks is asked there, here and of a remote (CLI-13).
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keyRing } from '../../packages/trefoil/src/auth.ts'
import { ask, createApp } from '../../packages/trefoil/src/index.ts'
import { main } from '../../packages/trefoil/src/program/main.ts'
import type { ProgramIo } from '../../packages/trefoil/src/program/terminal/io.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/surfaces/http/node/serve.ts'
import { programIo } from '../support/program-io.ts'
import { askedApp } from './asked-app.ts'

const NAME = Symbol.for('trefoil.test.asked')
const KEYS = 'k'.repeat(32)
const cwd = mkdtempSync(join(tmpdir(), 'trefoil-asked-'))
let server: RunningServer

beforeAll(async () => {
  const text = `export const app = globalThis[Symbol.for('${NAME.description}')]\n`
  writeFileSync(join(cwd, 'app.mjs'), text)
  const framework = { ask, createApp, keyRing }
  Reflect.set(globalThis, NAME, askedApp(framework, KEYS))
  server = await serve(askedApp(framework, KEYS), { host: '127.0.0.1', port: 0, signals: false })
  await main(['connect', 'far', server.url], programIo(cwd).io)
})
afterAll(async () => {
  await server.close()
  rmSync(cwd, { recursive: true, force: true })
})

/** `null` is Ctrl-D, `^C` Ctrl-C. */
type Key = string | null

/** A person who types these, one at each question; at more questions the test ends. */
function person(lines: readonly Key[], shown: string[]): NonNullable<ProgramIo['askLine']> {
  const left = [...lines]
  return async (question) => {
    shown.push(question)
    const next = left.shift()
    if (next === undefined) throw new Error(`nothing to type at: ${question}`)
    if (next === null) return { key: 'end' }
    return next === '^C' ? { key: 'interrupt' } : { key: 'enter', text: next }
  }
}

const WAYS = { local: ['--app', 'app.mjs', 'call'], remote: ['call', 'far'] } as const
type Way = keyof typeof WAYS

async function run(way: Way, words: readonly string[], typed: readonly Key[] | null = null) {
  const questions: string[] = []
  const askLine = typed === null ? null : person(typed, questions)
  const { io, written } = programIo(cwd, { askLine })
  const argv = way === 'local' ? WAYS.local : WAYS.remote
  const exit = await main([...argv, ...words], io)
  return { exit, questions, ...written }
}

const REFUND = ['refund_order', '--order-id', '7'] as const
const value = (out: string): unknown => JSON.parse(out)

describe.each(['local', 'remote'] as const)('a person at the terminal, %s', (way) => {
  test('each field by its schema, asked again where its bounds refuse', async () => {
    const typed = [
      ...['maybe', 'y', '3', 'late', '1.5', '101', '', 'toolong', '', '1,2,3', '1, 3,1'],
      ...['perhaps', 'n'],
    ]
    const { exit, out, err, questions } = await run(way, REFUND, typed)
    expect(value(out)).toEqual({
      order_id: 7,
      refund: {
        action: 'accept',
        value: { reason: 'late', amount: 10, tags: ['a', 'c'], sure: false },
      },
    })
    expect(exit).toBe(0)
    const who = way === 'local' ? 'refund_order' : 'far refund_order'
    expect(err).toContain(`${who} asks:\n  | Refund order 7?\n`)
    expect(err).toContain('  | Why it is refunded\n    1  damaged\n    2  late\n')
    for (const reason of [
      'type y or n',
      'type a number from 1 to 2',
      'must be a whole number, such as 10',
      'must be at most 100',
      'must be at most 5 characters',
      'must be at most 2 of them',
    ]) {
      expect(err).toContain(reason)
    }
    expect(questions).toContain('  amount (whole number; empty for 10): ')
  })

  test('several questions, several rounds, and an answer that was not taken', async () => {
    const typed = ['y', 'Ada', 'y', 'y', 'ada', 'yes', 'y']
    const { exit, out, err } = await run(way, ['rounds'], typed)
    expect(value(out)).toEqual({
      name: { action: 'accept', value: { name: 'ada' } },
      page: { action: 'accept', value: null },
      sure: { action: 'accept', value: { ok: true } },
    })
    expect(exit).toBe(0)
    expect(err).toContain(
      'asks (question 1 of 2):\n  | Who are you?\n  | Your first name will do.\n',
    )
    expect(err).toContain('  page: https://bank.example/sign-in?for=you\n')
    expect(err).toContain('  not accepted: name: must be lower-case letters\n')
  })

  test('no is no; nothing, and Ctrl-D anywhere, is no answer', async () => {
    const refund = async (...typed: readonly Key[]) =>
      (value((await run(way, REFUND, typed)).out) as { refund: unknown }).refund
    expect(await refund('n')).toEqual({ action: 'decline' })
    expect(await refund('')).toEqual({ action: 'cancel' })
    expect(await refund(null)).toEqual({ action: 'cancel' })
    expect(await refund('y', '1', null)).toEqual({ action: 'cancel' })
  })

  test('Ctrl-C ends the command', async () => {
    expect(await run(way, REFUND, ['y', '^C'])).toMatchObject({
      exit: 130,
      out: '',
      err: expect.stringContaining('error: Interrupted'),
    })
  })

  test('texts of others move no cursor, and stand behind a bar', async () => {
    const { err } = await run(way, ['hostile'], ['y', 'y'])
    expect(err).not.toMatch(/[\u001b\u0007\u200b\u202e]/)
    expect(err).toContain('  | \\u001b[2J\\u202egnp.exe\\u200b\n  | Answer?')
    // Not even by a line that the terminal would have wrapped.
    for (const line of err.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
    expect(err).toMatch(/^ {2}\| *end$/m)
  })

  test('an app that asks for ever is left with its last question', async () => {
    const { exit, questions } = await run(way, ['forever'], Array(100).fill('y'))
    expect(exit).toBe(75)
    expect(questions).toHaveLength(40)
  })
})

describe.each(['local', 'remote'] as const)('nobody at the terminal, %s', (way) => {
  test('the questions are told, and how to go on', async () => {
    const { exit, out, err } = await run(way, REFUND)
    expect(exit).toBe(75)
    expect(out).toBe('')
    expect(err).toContain('  question refund: Refund order 7?\n')
    expect(err).toContain('    reason (one of damaged, late; required) Why it is refunded\n')
    expect(err).toContain('    amount (integer; optional, default 10)\n')
    expect(err).toMatch(
      / {2}go on: repeat the command with\n {4}--request-state [\w-]+ --answers '/,
    )
  })

  test('--json: one document, and no question though a person is there', async () => {
    const { exit, out, err, questions } = await run(way, [...REFUND, '--json'], [])
    expect({ exit, err, questions }).toEqual({ exit: 75, err: '', questions: [] })
    const { error } = value(out) as { error: Record<string, never> }
    expect(error).toMatchObject({
      code: 'input_required',
      questions: { refund: { kind: 'form', text: 'Refund order 7?' } },
    })
    const answers = JSON.stringify({ refund: { action: 'decline' } })
    const state = error['request_state'] as string
    const later = ['--request-state', state, '--answers', answers]
    const declined = { order_id: 7, refund: { action: 'decline' } }
    const after = await run(way, [...REFUND, ...later])
    expect(value(after.out)).toEqual(declined)
    // Before the action as well, as all flags of the program.
    const { io, written } = programIo(cwd)
    const [command = '', ...target] = way === 'local' ? ['call'] : WAYS.remote
    const local = way === 'local' ? ['--app', 'app.mjs'] : []
    await main([...local, command, ...later, ...target, ...REFUND], io)
    expect(value(written.out)).toEqual(declined)
    // Of another order they answer nothing.
    const other = await run(way, ['refund_order', '--order-id', '8', ...later])
    expect(other).toMatchObject({ exit: 1, err: expect.stringContaining('not of this call') })
  })

  test.each([
    [['--answers', '{}'], 'given together'],
    [['--request-state', 'x'], 'given together'],
    [['--request-state', ' ', '--answers', '{}'], 'given together'],
    [['--request-state', 'x', '--answers', '[]'], '--answers must be a JSON object'],
    [['--request-state', 'x', '--answers', '{"a":1,"a":2}'], 'duplicate object key'],
    [['--answers', '{}', '--answers', '{}', '--request-state', 'x'], 'given twice'],
  ])('%j is refused before an app is started', async (words, reason) => {
    expect(await run(way, [...REFUND, ...words])).toMatchObject({
      exit: 2,
      err: expect.stringContaining(reason),
    })
  })

  test('standard input that was the arguments is nobody', async () => {
    const stdin = (async function* () {
      yield '{"order_id":7}'
    })()
    const { io } = programIo(cwd, { stdin, askLine: person([], []) })
    const exit = await main([...WAYS[way], 'refund_order', '--args-json', '-'], io)
    expect(exit).toBe(75)
  })
})
