import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startComplete } from './complete-example.ts'
import { documentsIn, type Fence, fencesOf, ROOT, readDocument } from './markdown.ts'

/*
 * Runs the shell sessions printed in the documents and compares what they print. A block marked
 * `console store` runs against the example store, one marked `console quickstart` against the app
 * of docs/quickstart.md, one marked `console complete` against that of docs/guides/complete-example.md. Blocks of one document share one shell. `…` in an expected line stands
 * for any text, and so do request ids.
 */

const ADDRESS = 'http://127.0.0.1:8000'
const PROGRAM = join(ROOT, 'packages', 'trefoil', 'bin', 'trefoil.js')
const QUICKSTART = join(import.meta.dirname, 'dist', 'quickstart')

interface Session {
  readonly path: string
  readonly steps: readonly Step[]
}

interface Step {
  readonly where: string
  readonly command: string
  readonly output: string
}

function sessionsFor(app: string): readonly Session[] {
  return [readDocument('README.md'), ...documentsIn('docs'), ...documentsIn('docs/guides')]
    .map((document) => ({
      path: document.path,
      steps: fencesOf(document)
        .filter(({ language, info }) => language === 'console' && info === app)
        .flatMap(stepsOf),
    }))
    .filter(({ steps }) => steps.length > 0)
}

function stepsOf({ where, body }: Fence): readonly Step[] {
  return `\n${body}`
    .split('\n$ ')
    .slice(1)
    .map((part) => {
      const lines = part.split('\n')
      let end = 0
      while (lines[end]?.endsWith('\\')) end++
      const command = lines.slice(0, end + 1).join('\n')
      return {
        where: `${where}: ${command}`,
        command,
        output: lines
          .slice(end + 1)
          .join('\n')
          .trim(),
      }
    })
}

/** A served app, and where its shells run. */
interface Served {
  readonly child: ChildProcess
  readonly url: string
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
}

async function startStore(): Promise<Served> {
  // Its database is one that somebody chose: a command makes the tables.
  const store = join(ROOT, 'examples', 'store')
  await promisify(execFile)(process.execPath, [PROGRAM, 'migrate'], { cwd: store, env: ENV })
  return serve([join(store, 'dist', 'main.js')], ROOT, ENV)
}

function serve(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Served> {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  return new Promise((resolve, reject) => {
    let text = ''
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
      const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0]
      if (url !== undefined) resolve({ child, url, cwd, env })
    }
    child.stdout.on('data', read)
    child.stderr.on('data', read)
    child.on('exit', (code) => reject(new Error(`it ended with ${code}: ${text}`)))
  })
}

const MARK = '@@@ next step @@@'

/** Runs the commands in one shell; the outputs in order, addresses as the documents have them. */
function runSession({ steps }: Session, { url, cwd, env }: Served): Promise<readonly string[]> {
  const port = new URL(url).port
  const local = (text: string): string =>
    text.replaceAll(ADDRESS, url).replaceAll(':8000', `:${port}`)
  const script = [
    // The programs of the documents, without the time npx takes to find them.
    'npx() { shift; node "$PROGRAM" "$@"; }',
    ...steps.map(({ command }) => `echo '${MARK}'\n${local(command)}`),
  ].join('\n')
  const shell = spawn('bash', ['-c', script], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] })
  return new Promise((resolve) => {
    let text = ''
    const read = (chunk: Buffer): void => {
      text += chunk.toString()
    }
    shell.stdout.on('data', read)
    shell.stderr.on('data', read)
    shell.on('close', () => {
      resolve(
        text
          .split(`${MARK}\n`)
          .slice(1)
          .map((part) => part.replaceAll(url, ADDRESS).trim()),
      )
    })
  })
}

/** The expected text as a pattern. */
function pattern(text: string): RegExp {
  const parts = text.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('.*?')}$`)
}

const home = mkdtempSync(join(tmpdir(), 'trefoil-docs-'))
const ENV: NodeJS.ProcessEnv = {
  PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH']}`,
  HOME: home,
  PROGRAM,
  PORT: '0',
  TREFOIL_DATABASE_URL: join(home, 'store.db'),
  STORE_SECRET: 'a secret of the tests, long enough for HS256',
  STORE_AUDIT_KEY: 'an audit key of the tests, 32 bytes or more',
  TREFOIL_HOME: join(home, 'remotes'),
  npm_config_update_notifier: 'false',
}

const APPS: readonly (readonly [name: string, start: () => Promise<Served>])[] = [
  ['store', startStore],
  ['quickstart', serveQuickstart],
  ['complete', async () => ({ ...(await startComplete()), cwd: ROOT, env: ENV })],
]

/** Writes the first TypeScript block of the quickstart where it says to put it. */
function serveQuickstart(): Promise<Served> {
  const block = fencesOf(readDocument('docs/quickstart.md')).find(
    ({ language }) => language === 'ts',
  )
  rmSync(QUICKSTART, { recursive: true, force: true })
  mkdirSync(join(QUICKSTART, 'src'), { recursive: true })
  writeFileSync(join(QUICKSTART, 'src', 'app.ts'), block?.body ?? '')
  // It has no database, and says of variables that nobody reads that they are none.
  const { TREFOIL_DATABASE_URL: _, ...env } = ENV
  return serve([PROGRAM, 'dev', '--no-watch', '--port', '0'], QUICKSTART, env)
}

describe.skipIf(process.platform === 'win32').each(APPS)('sessions with the %s', (name, start) => {
  const sessions = sessionsFor(name)
  let served: Served

  beforeAll(async () => {
    served = await start()
  }, 30_000)

  afterAll(() => {
    served?.child.kill('SIGTERM')
  })

  it('there are some', () => {
    expect(sessions.length).toBeGreaterThan(0)
  })

  it.each(sessions.map((session) => [session.path, session] as const))(
    '%s prints what it shows',
    async (_path, session) => {
      const outputs = await runSession(session, served)
      for (const [index, { where, output }] of session.steps.entries()) {
        expect(outputs[index] ?? '(nothing: the shell ended early)', where).toMatch(pattern(output))
      }
    },
    120_000,
  )
})

afterAll(() => {
  rmSync(home, { recursive: true, force: true })
})
