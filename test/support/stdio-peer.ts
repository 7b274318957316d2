// The other end of `trefoil mcp`, which writes what it likes.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'

const TREFOIL = join(import.meta.dirname, '../../packages/trefoil/bin/trefoil.js')

/** @param app module and export, from here */
export function programOf(app: string): string[] {
  return [TREFOIL, 'mcp', '--app', join(import.meta.dirname, app)]
}

/** @param token of whoever starts the program */
export function stdioEnv(token: string | null): Record<string, string> {
  const { PATH = '', HOME = '' } = process.env
  return { PATH, HOME, ...(token === null ? {} : { TREFOIL_TOKEN: token }) }
}

/** A running program, which ends with its test. */
export class StdioPeer {
  readonly child: ChildProcessWithoutNullStreams
  readonly answers: string[] = []
  readonly closed: Promise<unknown>
  errors = ''

  constructor(args: readonly string[], token: string | null, more: Record<string, string> = {}) {
    this.child = spawn(process.execPath, args, { env: { ...stdioEnv(token), ...more } })
    let rest = ''
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      this.answers.push(...lines)
    })
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text
    })
    for (const stream of [this.child.stdin, this.child.stdout]) stream.on('error', () => {})
    this.closed = once(this.child, 'close')
    onTestFinished(() => void this.child.kill('SIGKILL'))
  }

  /** @returns once the program has read it, or as much of it that the rest has room in between */
  async write(text: string | Uint8Array): Promise<void> {
    if (this.child.stdin.write(text)) return
    await Promise.race([once(this.child.stdin, 'drain'), this.closed])
  }

  /** The answers so far. */
  get told(): readonly Record<string, unknown>[] {
    return this.answers.map((line) => JSON.parse(line))
  }

  /** Megabytes that the program holds. */
  get megabytes(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8')
    return Number(/VmRSS:\s*(\d+)/.exec(status)?.[1]) / 1024
  }

  /** Waits for the program to end by itself. @returns its exit code, or the signal that ended it */
  async over(): Promise<number | string | null> {
    await this.closed
    return this.child.exitCode ?? this.child.signalCode
  }

  /** @returns answers, once the program has ended by itself */
  async end(): Promise<readonly Record<string, unknown>[]> {
    this.child.stdin.end()
    const code = await this.over()
    if (code !== 0) throw new Error(`ended with ${code}: ${this.errors}`)
    return this.told
  }
}

/** A message. */
export function line(message: object): string {
  return `${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`
}

export function hello(protocolVersion: string, id = 1): string {
  const clientInfo = { name: 'x', version: '1' }
  return line({
    id,
    method: 'initialize',
    params: { protocolVersion, capabilities: {}, clientInfo },
  })
}

export function call(id: number | string, name: string, args: object, meta?: object): string {
  return line({
    id,
    method: 'tools/call',
    params: { name, arguments: args, ...(meta && { _meta: meta }) },
  })
}
