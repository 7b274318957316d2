import { spawn } from 'node:child_process'
import { homedir } from 'node:os'
import process from 'node:process'
import { systemClock } from '../../base/clock.ts'
import type { AppHandle } from '../../contract/call/app-handle.ts'
import { SIGNAL_ECHO } from '../../surfaces/http/node/signals.ts'
import { clusterWorkers } from '../workers/cluster-workers.ts'
import { askLine, askSecret } from './ask-line.ts'
import type { ChildProgram, Output, ProgramIo, RunningServer, ServeOptions } from './io.ts'
import { exitCodeOfSignal, STOP, STOP_SIGNALS, type StopSignal } from './stop-signals.ts'
import { watchTree } from './watch-tree.ts'

type Write = NodeJS.WriteStream['write']

/**
 * The real world: this process.
 *
 * @param entry path of the program's own start, for the processes that it starts
 * @param giveUp told that nobody is going to read what still waits to be written
 */
export function nodeIo(entry: string, giveUp: () => void = () => undefined): ProgramIo {
  // Kept as it is now: `divertOutput` replaces the method on the stream itself.
  const write: Write = process.stdout.write.bind(process.stdout)
  for (const stream of [process.stdout, process.stderr]) stream.on('error', ignoreClosedPipe)
  // Node opens these two streams again after an error, and says that they can be written to.
  let isOpen = true
  process.stdout.on('error', () => {
    isOpen = false
  })
  return {
    stdout: {
      write: (text) => void write(text),
      ready: async () => isOpen && (await roomIn(process.stdout)) && isOpen,
      onClosed: (listener) => {
        if (isOpen) process.stdout.once('error', listener)
        else listener()
      },
      giveUp,
      isTerminal: process.stdout.isTTY === true,
      get columns() {
        return process.stdout.columns
      },
    },
    stderr: output(process.stderr),
    stdin: process.stdin,
    askSecret: process.stdin.isTTY && process.stderr.isTTY ? askSecret : null,
    askLine: process.stdin.isTTY && process.stderr.isTTY ? askLine : null,
    env: process.env,
    cwd: process.cwd(),
    home: homedir(),
    serve,
    startChild: (args, env) => startChild([entry, ...args], env),
    workers: clusterWorkers(entry),
    watch: watchTree,
    onStop,
    divertOutput,
  }
}

/** A pipe to a slow reader would otherwise be filled in memory. */
async function roomIn(stream: NodeJS.WriteStream): Promise<boolean> {
  if (stream.writableNeedDrain) {
    await new Promise<void>((resolve) => {
      const done = () => {
        for (const event of ENDS) stream.off(event, done)
        resolve()
      }
      for (const event of ENDS) stream.on(event, done)
    })
  }
  return stream.writable
}

const ENDS = ['drain', 'close', 'error'] as const

/** Whoever reads our output may stop early, as `head` does; that is no failure of ours. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
}

function output(stream: NodeJS.WriteStream): Output {
  return { write: (text) => void stream.write(text), isTerminal: stream.isTTY === true }
}

function divertOutput(): void {
  const { stdout, stderr } = process
  stdout.write = stderr.write.bind(stderr) satisfies Write
}

async function serve(app: AppHandle, options: ServeOptions): Promise<RunningServer> {
  // Loaded here, not at the top: the other commands start without the server.
  const server = await import('../../surfaces/http/node/serve.ts')
  // Signals are heard by `onStop`, which tells the command first.
  return server.serve(app, { ...options, signals: false })
}

function startChild(args: readonly string[], env: Readonly<Record<string, string>>): ChildProgram {
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ...env },
  })
  // However this process ends, a server nobody watches must not go on holding its port.
  const kill = (): void => void child.kill('SIGKILL')
  process.once('exit', kill)
  const exited = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code))
    child.once('error', () => resolve(null))
  })
  void exited.then(() => process.off('exit', kill))
  return {
    exited,
    // A message, not a signal: at Ctrl-C the terminal has already sent the child one, and a
    // second would end it in the middle of draining.
    stop: () => void (child.connected && child.send(STOP, () => undefined)),
    kill,
  }
}

/** Milliseconds for draining once the program that started this one is gone. */
const ORPHAN_MS = 3000

function onStop(listener: (signal: StopSignal) => void): () => void {
  let isAsked = false
  const ask = (signal: StopSignal): void => {
    if (!isAsked) listener(signal)
    isAsked = true
  }
  let first: { readonly signal: StopSignal; readonly at: number } | null = null
  const onSignal = (signal: StopSignal): void => {
    // Not by giving the signal back to the system: the app may listen to it as well, and then a
    // second Ctrl-C would end nothing. A message is no signal: the terminal's comes beside it.
    const now = systemClock.elapsed()
    if (first === null) first = { signal, at: now }
    else if (signal !== first.signal || now - first.at > SIGNAL_ECHO) {
      process.exit(exitCodeOfSignal(signal))
    }
    ask(signal)
  }
  const onMessage = (message: unknown): void => {
    if (message === STOP) ask('SIGTERM')
  }
  // The program that started us is gone: nobody else would stop this process.
  const onDisconnect = (): void => {
    setTimeout(() => process.exit(exitCodeOfSignal('SIGTERM')), ORPHAN_MS).unref()
    ask('SIGTERM')
  }
  for (const signal of STOP_SIGNALS) process.on(signal, onSignal)
  if (process.connected) {
    process.on('message', onMessage)
    process.on('disconnect', onDisconnect)
  }
  return () => {
    for (const signal of STOP_SIGNALS) process.off(signal, onSignal)
    process.off('message', onMessage)
    process.off('disconnect', onDisconnect)
  }
}
