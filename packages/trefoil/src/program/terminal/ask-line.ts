import process from 'node:process'
import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import type { TypedLine } from './io.ts'

/**
 * Asks at the terminal for what nobody may read over a shoulder.
 *
 * @returns `null` for Ctrl-C, and where the terminal is gone
 */
export async function askSecret(question: string): Promise<string | null> {
  process.stderr.write(question)
  // A terminal interface echoes through its output; this one goes nowhere.
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() })
  const typed = await lineOf(open(silent), '', null)
  process.stderr.write('\n')
  return typed.key === 'enter' ? typed.text : null
}

/** Asks at the terminal for a line. */
export async function askLine(question: string, signal: AbortSignal): Promise<TypedLine> {
  const typed = await lineOf(open(process.stderr), question, signal)
  // The cursor still stands behind the question.
  if (typed.key !== 'enter') process.stderr.write('\n')
  return typed
}

function open(output: NodeJS.WritableStream): Interface {
  // What is typed is no history: the next question would show it at a key.
  return createInterface({ input: process.stdin, output, terminal: true, historySize: 0 })
}

function lineOf(
  reader: Interface,
  question: string,
  signal: AbortSignal | null,
): Promise<TypedLine> {
  return new Promise((resolve) => {
    const end = (typed: TypedLine): void => {
      signal?.removeEventListener('abort', interrupt)
      // The first one counts: closing says `close` as well.
      resolve(typed)
      reader.close()
    }
    const interrupt = (): void => end({ key: 'interrupt' })
    reader.on('SIGINT', interrupt)
    reader.on('close', () => end({ key: 'end' }))
    signal?.addEventListener('abort', interrupt, { once: true })
    reader.question(question, (text) => end({ key: 'enter', text }))
    if (signal?.aborted === true) interrupt()
  })
}
