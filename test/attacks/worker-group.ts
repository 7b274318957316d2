import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { onTestFinished } from 'vitest'

const PROGRAM = join(import.meta.dirname, '..', '..', 'packages', 'trefoil', 'bin', 'trefoil.js')
const APP = join(import.meta.dirname, 'workers.process.ts')

/** `trefoil run --workers`, in a process group of its own, as a terminal starts it. */
export class WorkerGroup {
  readonly child: ChildProcess
  out = ''
  err = ''
  /** Settles when the first process has ended, and nobody writes any more. */
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>

  constructor(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    const words = ['run', `--app=${APP}#app`, '--port=0', ...args]
    this.child = spawn(process.execPath, [PROGRAM, ...words], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.out += chunk.toString()
    })
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.err += chunk.toString()
    })
    this.ended = once(this.child, 'close').then(([code, signal]) => ({ code, signal }))
    onTestFinished(() => this.signalAll('SIGKILL'))
  }

  /** @returns the address, once it is printed */
  async listening(): Promise<string> {
    await this.until(() => this.out.includes('\n') || this.child.exitCode !== null)
    const url = /http:\/\/[0-9.:]+/.exec(this.out)?.[0]
    if (url === undefined) throw new Error(`does not listen: ${this.err}`)
    return url
  }

  /** Process ids of the workers there are. */
  get workers(): readonly number[] {
    const { pid } = this.child
    const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return list === '' ? [] : list.split(' ').map(Number)
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal)
  }

  /** What a terminal does at Ctrl-C: everybody gets it. */
  signalAll(signal: NodeJS.Signals): void {
    const { pid } = this.child
    try {
      if (pid !== undefined) process.kill(-pid, signal)
    } catch {
      // Nobody is left.
    }
  }

  async until(isTrue: () => boolean): Promise<void> {
    for (let tries = 0; tries < 1200; tries++) {
      if (isTrue()) return
      await sleep(25)
    }
    throw new Error(`waited in vain; out: ${this.out} err: ${this.err}`)
  }
}

/** True while there is such a process that has not ended. */
export function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))
  } catch {
    return false
  }
}
