import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PROGRAM_COMMANDS } from '../../packages/trefoil/src/contract/part.ts'
import { createApp, defineProblems } from '../../packages/trefoil/src/index.ts'
import { definePart } from '../../packages/trefoil/src/parts.ts'
import { main } from '../../packages/trefoil/src/program/main.ts'
import type { ProgramIo } from '../../packages/trefoil/src/program/terminal/io.ts'

const KEY = Symbol.for('trefoil.test.parts')
const log: string[] = []
const problems = defineProblems('shop', {
  shelf_empty: { status: 409, text: 'The shelf is empty', fix: 'Fill it.', exit: 42 },
})

function makeApp() {
  return createApp({
    env: {},
    name: 'store',
    state: { stock: 7 },
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    parts: [
      definePart({
        name: 'shop',
        problems,
        start: () => void log.push('start'),
        stop: () => void log.push('stop'),
        actions: (routes) => {
          routes.action('empty', { description: 'Empties it.', cli: true }, () => {
            throw problems.problem('shelf_empty')
          })
        },
        commands: [
          {
            name: 'count',
            describe: 'Counts what is there.',
            options: {
              olderThan: { describe: 'Age.' },
              all: { describe: 'Everything.', kind: 'flag' },
            },
            run: ({ options, app }) => {
              log.push('run')
              return { text: `${app.name} \u001b[2J`, json: { options, state: app.state } }
            },
          },
          { name: 'code', describe: 'Fails softly.', run: () => 3 },
          {
            name: 'need',
            describe: 'Needs a name.',
            options: { name: { describe: 'A name.', required: true } },
            run: () => undefined,
          },
          {
            name: 'refuse',
            describe: 'Refuses.',
            run: () => {
              throw problems.problem('shelf_empty')
            },
          },
          {
            name: 'crash',
            describe: 'Crashes.',
            run: () => {
              throw new Error('no shelf')
            },
          },
          { name: 'sweep', describe: 'Sweeps.', short: true, run: () => 3 },
          { name: 'odd', describe: 'Answers oddly.', run: () => 'fine' as never },
        ],
      }),
      definePart({
        name: 'cellar',
        commands: [
          {
            name: 'sweep',
            describe: 'Sweeps there.',
            short: true,
            starts: false,
            options: { wet: { describe: 'With water.', kind: 'flag' } },
            run: ({ options }) => ({ text: `wet: ${options['wet']}` }),
          },
          {
            name: 'fill',
            describe: 'Fills it.',
            short: true,
            starts: false,
            run: () => ({ text: 'full', json: { full: true } }),
          },
        ],
      }),
    ],
  })
}

let cwd: string

beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'trefoil-parts-'))
  await writeFile(
    join(cwd, 'app.mjs'),
    "export const app = globalThis[Symbol.for('trefoil.test.parts')]()\n",
  )
  await writeFile(join(cwd, 'broken.mjs'), "throw new Error('no database')\n")
})
afterAll(() => rm(cwd, { recursive: true, force: true }))

function add(to: Record<'out' | 'err', string>, where: 'out' | 'err') {
  return (text: string) => {
    to[where] += text
  }
}

async function run(...argv: string[]) {
  const written = { out: '', err: '' }
  Reflect.set(globalThis, KEY, makeApp)
  log.length = 0
  const io = {
    stdout: { write: add(written, 'out'), isTerminal: true },
    stderr: { write: add(written, 'err'), isTerminal: false },
    stdin: (async function* () {})(),
    askSecret: null,
    askLine: null,
    env: {},
    cwd,
    home: cwd,
    serve: () => Promise.reject(new Error('nothing is served here')),
    startChild: () => {
      throw new Error('no child')
    },
    workers: {
      parallelism: 1,
      announce: null,
      prepare: () => Promise.reject(new Error('no workers here')),
      onReload: () => () => undefined,
    },
    watch: () => () => undefined,
    onStop: () => () => undefined,
    divertOutput: () => undefined,
  } satisfies ProgramIo
  // Each run takes the app anew, though the module is imported once.
  await writeFile(
    join(cwd, `app-${++runs}.mjs`),
    "export const app = globalThis[Symbol.for('trefoil.test.parts')]()\n",
  )
  const words = argv.map((word) => (word === 'app.mjs' ? `app-${runs}.mjs` : word))
  const exit = await main(words, io)
  return { exit, ...written }
}
let runs = 0

describe('commands of parts', () => {
  test('run with the app started, and get their options', async () => {
    const shown = await run('--app', 'app.mjs', 'shop', 'count', '--older-than', '3d', '--all')
    expect(shown).toMatchObject({ exit: 0, err: '' })
    // A terminal must not be told what to do by what a command read somewhere.
    expect(shown.out).toBe('store \\u001b[2J\n')
    expect(log).toEqual(['start', 'run', 'stop'])
    const json = await run('shop', 'count', '--app', 'app.mjs', '--json')
    expect(JSON.parse(json.out)).toEqual({ options: {}, state: { stock: 7 } })
    await run('shop', 'count', '--app', 'app.mjs', '--no-lifespan')
    expect(log).toEqual(['run'])
  })

  test.each([
    [['shop', 'code'], 3, ''],
    [['shop', 'refuse'], 42, 'The shelf is empty'],
    [['shop', 'crash'], 2, 'trefoil shop crash failed: no shelf'],
    [['shop', 'odd'], 1, 'Command failed'],
    [['shop', 'need'], 2, "required option '--name <text>' not specified"],
    [['shop', 'nope'], 2, 'shop --help'],
    [['shop'], 2, 'count, code, need'],
    [['shop', 'count', '--al'], 2, '--al'],
    [['call', 'empty'], 42, 'The shelf is empty'],
  ])('%j exits with %i', async (words, exit, text) => {
    const shown = await run('--app', 'app.mjs', ...words)
    expect(shown).toMatchObject({ exit, out: '' })
    expect(shown.err).toContain(text)
    const json = await run('--app', 'app.mjs', '--json', ...words)
    expect(json.exit).toBe(exit)
    expect(JSON.parse(json.out)).toMatchObject({ ok: false })
  })

  test('are listed by --help', async () => {
    const shown = await run('--app', 'app.mjs', 'shop', '--help')
    expect(shown.exit).toBe(0)
    expect(shown.out).toContain('count')
    expect(shown.out).toContain('Counts what is there.')
    const one = await run('--app', 'app.mjs', 'shop', 'count', '--help')
    expect(one.out).toContain('--older-than <text>')
  })

  test('short ones are run without their part, those of several parts in order', async () => {
    const shown = await run('--app', 'app.mjs', 'sweep', '--wet')
    expect(shown).toEqual({ exit: 3, out: 'shop: \ncellar: wet: true\n', err: '' })
    expect(log).toEqual(['start', 'stop'])
    const json = await run('sweep', '--app', 'app.mjs', '--json')
    expect(JSON.parse(json.out)).toEqual({ shop: { ok: false }, cellar: { ok: true } })
    expect(await run('--app', 'app.mjs', 'fill')).toMatchObject({ exit: 0, out: 'full\n' })
    // Nothing of it needs the app started.
    expect(log).toEqual([])
    const alone = await run('fill', '--app', 'app.mjs', '--json')
    expect(JSON.parse(alone.out)).toEqual({ full: true })
    expect((await run('--app', 'app.mjs', 'fill', '--help')).out).toContain('Fills it.')
    const wrong = await run('--app', 'app.mjs', 'fill', '--fast')
    expect(wrong).toMatchObject({ exit: 2, out: '' })
    expect(wrong.err).toContain('trefoil fill --help')
    expect((await run('--app', 'app.mjs', 'count')).exit).toBe(2)
    expect(() =>
      definePart({
        name: 'own',
        commands: [{ name: 'run', describe: 'Runs.', short: true, run: () => 0 }],
      }),
    ).toThrow("'run' cannot be short: the program has it")
  })

  test('a word that is nothing stays a wrong word', async () => {
    const shown = await run('--app', 'app.mjs', 'ships')
    expect(shown).toMatchObject({ exit: 2, out: '' })
    expect(shown.err).toContain("unknown command 'ships'".slice(1))
    const broken = await run('--app', 'broken.mjs', 'shop', 'count')
    expect(broken).toMatchObject({ exit: 2, out: '' })
    expect(broken.err).toContain("Unknown command 'shop', and the app that may have it")
    expect(broken.err).toContain('no database')
  })
})

test('the names that no part can have are those of the program', async () => {
  const { out } = await run('--help')
  const listed = out
    .slice(out.indexOf('Commands:'))
    .split('\n')
    .flatMap((line) => /^ {2}([a-z]+)/.exec(line)?.[1] ?? [])
  expect([...listed, 'help'].sort()).toEqual([...PROGRAM_COMMANDS].sort())
})
