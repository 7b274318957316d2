import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const BIN = fileURLToPath(new URL('../../packages/trefoil/bin/trefoil.js', import.meta.url))
const HERE = fileURLToPath(new URL('.', import.meta.url))

/** How a program ended. */
export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly out: string
  readonly err: string
}

interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Leaves standard output unread until `read` is called. */
  readonly unread?: boolean
}

/** The `trefoil` program as it is installed, in a process of its own. */
export class Program {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
  out = ''
  err = ''

  constructor(argv: readonly string[], { env, cwd = HERE, unread = false }: ProgramOptions = {}) {
    const child = spawn(process.execPath, [BIN, ...argv], {
      cwd,
      env: { PATH: process.env['PATH'], ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.child = child
    child.stderr.on('data', (chunk) => {
      this.err += String(chunk)
    })
    if (!unread) this.read()
    this.ended = once(child, 'close').then(([code, signal]) => {
      return { code, signal, out: this.out, err: this.err }
    })
  }

  read(): void {
    this.child.stdout?.on('data', (chunk) => {
      this.out += String(chunk)
    })
  }

  /** Waits until the text has been printed. */
  async says(text: string): Promise<void> {
    let isOver = false
    void this.ended.then(() => {
      isOver = true
    })
    while (!(this.out + this.err).includes(text)) {
      if (isOver) throw new Error(`ended without ${JSON.stringify(text)}: ${this.err}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
}

/** True while there is a process of that id. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
