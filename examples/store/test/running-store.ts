import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { childEnv, type ProgramResult, REPOSITORY, runProgram, STORE } from './run-program.ts'

/** Who `npm run token` knows. */
export type Person = 'viewer' | 'operator' | 'admin' | 'customer' | 'agent'

export interface HttpAnswer {
  readonly status: number
  readonly headers: Headers
  /** Parsed JSON; `undefined` when there was no body. */
  readonly body: unknown
}

/** A line of the store's log. */
export type LogLine = Readonly<Record<string, unknown>>

/**
 * The built store in a process of its own, on a free port and a database of its own: a file, but where
 * `STORE_TEST_DATABASE` names another (`test/databases/store.test.ts`).
 */
export class RunningStore {
  readonly env: Readonly<Record<string, string>>
  readonly url: string
  readonly greeting: readonly string[]
  /** Access tokens, as `npm run token` prints them. */
  readonly tokens: Record<Person, string> = {
    viewer: '',
    operator: '',
    admin: '',
    customer: '',
    agent: '',
  }
  readonly #directory: string
  readonly #child: ChildProcess
  readonly #logged: readonly string[]

  private constructor(
    child: ChildProcess,
    directory: string,
    env: Readonly<Record<string, string>>,
    greeting: readonly string[],
    logged: readonly string[],
  ) {
    this.#logged = logged
    this.#child = child
    this.#directory = directory
    this.env = env
    this.greeting = greeting
    this.url = greeting[0]?.replace('Store on ', '') ?? ''
  }

  /** @param more variables, over those of every store of the tests */
  static async start(more: Readonly<Record<string, string>> = {}): Promise<RunningStore> {
    const directory = mkdtempSync(join(tmpdir(), 'trefoil-store-'))
    const env = {
      PORT: '0',
      TREFOIL_DATABASE_URL: process.env['STORE_TEST_DATABASE'] ?? join(directory, 'store.db'),
      STORE_SECRET: 'the secret of a store that only tests use',
      STORE_AUDIT_KEY: 'the audit key of a store that only tests use',
      STORE_API_KEY: 'the-key-of-a-store-that-only-tests-use',
      TREFOIL_HOME: join(directory, 'home'),
      TREFOIL_ENV: 'development',
      TREFOIL_LOG_CALLS: 'all',
      ...more,
    }
    const child = spawn(process.execPath, ['dist/main.js'], {
      cwd: STORE,
      env: childEnv(env),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const logged: string[] = []
    createInterface({ input: child.stderr }).on('line', (line) => logged.push(line))
    const greeting: string[] = []
    for await (const line of createInterface({ input: child.stdout })) {
      greeting.push(line)
      if (line.startsWith('cli ')) break
    }
    if (greeting.length === 0) throw new Error(`the store did not start; is it built? ${logged}`)
    const store = new RunningStore(child, directory, env, greeting, logged)
    for (const person of ['viewer', 'operator', 'admin', 'customer', 'agent'] as const) {
      store.tokens[person] = await store.#printed('src/token.ts', person)
    }
    return store
  }

  /** Stops it as an operator would. @returns its exit code */
  async stop(): Promise<number | null> {
    const closed = once(this.#child, 'exit')
    this.#child.kill('SIGTERM')
    const [code]: unknown[] = await closed
    rmSync(this.#directory, { recursive: true, force: true })
    return typeof code === 'number' ? code : null
  }

  /** What it has logged of one request, oldest first. */
  linesOf(requestId: string | null): readonly LogLine[] {
    const lines = this.#logged.map((line): LogLine => JSON.parse(line))
    return lines.filter((line) => line['request_id'] === requestId)
  }

  /** One HTTP request with the token of a person. */
  async http(person: Person, method: string, path: string, body?: unknown): Promise<HttpAnswer> {
    const headers = { authorization: `Bearer ${this.tokens[person]}` }
    const response = await fetch(
      this.url + path,
      body === undefined
        ? { method, headers }
        : {
            method,
            headers: { ...headers, 'content-type': 'application/json' },
            body: JSON.stringify(body),
          },
    )
    const text = await response.text()
    const parsed: unknown = text === '' ? undefined : JSON.parse(text)
    return { status: response.status, headers: response.headers, body: parsed }
  }

  /** What `npm run approve -- <hash> --yes` prints; the call was refused before. */
  async approve(hash: string): Promise<string> {
    return this.#printed('src/approve.ts', hash, '--yes')
  }

  async #printed(source: string, ...args: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await runProgram(process.execPath, [source, ...args], {
      env: this.env,
      cwd: STORE,
    })
    if (code !== 0) throw new Error(`${source} failed: ${stderr}`)
    return stdout.trim()
  }

  /** Runs `trefoil <args>` at the root of the repository. */
  async trefoil(
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ): Promise<ProgramResult> {
    const program = join(REPOSITORY, 'packages/trefoil/bin/trefoil.js')
    return runProgram(process.execPath, [program, ...args], { env: { ...this.env, ...env } })
  }
}
