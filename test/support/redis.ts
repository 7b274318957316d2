import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** Why no Redis can be started here; `null` where one can. */
export const whyNoRedis: string | null = hasServer()
  ? null
  : 'no redis-server on this machine: apt-get install redis-server'
if (whyNoRedis !== null) console.warn(`Tests on Redis are skipped: ${whyNoRedis}`)

function hasServer(): boolean {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** A server on a socket of its own; it ends with this process where `setpriv` sees to it. */
export class TestRedis implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'trefoil-redis-'))
  #child: ChildProcess | null = null

  get url(): string {
    return join(this.#folder, 'socket')
  }

  async start(...settings: readonly string[]): Promise<this> {
    const nothingKept = ['--save', '', '--appendonly', 'no', '--dir', this.#folder]
    const server = ['redis-server', '--port', '0', '--unixsocket', this.url, ...nothingKept]
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...server, ...settings], {
      stdio: 'ignore',
    })
    this.#child = child
    for (let look = 0; look < 500; look++) {
      if (await this.#answers()) return this
      await after(20)
    }
    throw new Error('redis-server has not started')
  }

  /** What an operator would type. */
  async ask(command: string, ...words: readonly string[]): Promise<unknown> {
    const client = new Redis({ path: this.url })
    try {
      return await client.call(command, ...words)
    } finally {
      client.disconnect()
    }
  }

  /** It is there, and does nothing. */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  goOn(): void {
    this.#child?.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    const child = this.#child
    if (child === null || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.kill()
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #answers(): Promise<boolean> {
    const client = new Redis({ path: this.url, lazyConnect: true, retryStrategy: () => null })
    client.on('error', () => {})
    try {
      await client.connect()
      await client.ping()
      return true
    } catch {
      return false
    } finally {
      client.disconnect()
    }
  }
}

/** In front of a Redis: what a firewall does that forgets connections, and tells nobody. */
export class StuckProxy implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), 'trefoil-proxy-'))
  readonly #sockets = new Set<Socket>()
  readonly #held = new WeakSet<Socket>()
  #server: Server | null = null
  #isHolding = false
  connections = 0

  get url(): string {
    return join(this.#folder, 'socket')
  }

  async start(target: string): Promise<this> {
    const server = createServer((near) => {
      this.connections++
      const far = connect(target)
      for (const socket of [near, far]) this.#sockets.add(socket.on('error', () => {}))
      if (this.#isHolding) this.#held.add(near)
      near.on('data', (piece) => {
        if (!this.#held.has(near)) far.write(piece)
      })
      far.on('data', (piece) => {
        if (!this.#held.has(near)) near.write(piece)
      })
    })
    this.#server = server
    server.listen(this.url)
    await once(server, 'listening')
    return this
  }

  /** Nothing goes through any more, in connections there are and new ones. */
  hold(): void {
    this.#isHolding = true
    for (const socket of this.#sockets) this.#held.add(socket)
  }

  letNewOnesThrough(): void {
    this.#isHolding = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    this.#server?.close()
    rmSync(this.#folder, { recursive: true, force: true })
  }
}
