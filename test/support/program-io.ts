// The world of a program that runs inside of a test.
import type { ProgramIo } from '../../packages/trefoil/src/program/terminal/io.ts'
import type { StopSignal } from '../../packages/trefoil/src/program/terminal/stop-signals.ts'

/** What a program has written so far, and how to ask it to stop. */
export interface ProgramWorld {
  readonly io: ProgramIo
  readonly written: { out: string; err: string }
  stop(signal: StopSignal): void
  /** Resolves when standard output has so many lines. */
  lines(count: number): Promise<void>
}

export function programIo(cwd: string, more: Partial<ProgramIo> = {}): ProgramWorld {
  const written = { out: '', err: '' }
  const listeners = new Set<(signal: StopSignal) => void>()
  let onWrite = () => {}
  const io: ProgramIo = {
    stdout: {
      write: (text) => {
        written.out += text
        onWrite()
      },
      isTerminal: false,
    },
    stderr: {
      write: (text) => {
        written.err += text
      },
      isTerminal: false,
    },
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
    onStop: (listener) => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    divertOutput: () => undefined,
    ...more,
  }
  return {
    io,
    written,
    stop: (signal) => {
      for (const listener of listeners) listener(signal)
    },
    lines: (count) =>
      new Promise((resolve) => {
        onWrite = () => {
          if (written.out.split('\n').length > count) resolve()
        }
        onWrite()
      }),
  }
}
