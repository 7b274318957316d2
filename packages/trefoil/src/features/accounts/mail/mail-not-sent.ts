import { NoRetry } from '../../../jobs.ts'

/** A mailer, or a text of the app's, failed: in its words, without what opens something. */
export class MailNotSent extends Error {
  override readonly name = 'MailNotSent'
}

/** Half of a link, in whatever encoding; the codes of mails. */
const PROOF = /[A-Za-z0-9+/=_~-]{24,}|(?<!\d)\d{6}(?!\d)/g
/** What quoted-printable has between two lines that are one. */
const SOFT_BREAK = /=\r?\n/g
const FRAME = /^ {4}at .+:\d+:\d+\)?$/
const LONGEST = 300

/**
 * What is passed on of an error: to the log, and into the row of the job. Services quote what they were sent, and whoever
 * reads logs would sign in by the link in it.
 */
export function mailNotSent(error: unknown, signal: AbortSignal): unknown {
  // Of the worker, who knows it by this.
  if (signal.aborted && error === signal.reason) return error
  const text = textOf(error)
  const failure = error instanceof NoRetry ? new NoRetry(text) : new MailNotSent(text)
  Object.defineProperty(failure, 'stack', { value: framesOf(error, failure), configurable: true })
  return failure
}

function textOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return 'The mailer threw no Error'
    const words = String(error.message).replace(SOFT_BREAK, '').replace(PROOF, '[…]')
    const text = words.length > LONGEST ? `${words.slice(0, LONGEST - 1)}…` : words
    return error instanceof NoRetry ? text : `${String(error.name).slice(0, 64)}: ${text}`
  } catch {
    return 'The mailer threw an Error that does not say what it is'
  }
}

/** Where it happened, and nothing of what. */
function framesOf(error: unknown, { name, message }: Error): string {
  try {
    const { stack } = error as Error
    const frames =
      typeof stack === 'string' ? stack.split('\n').filter((line) => FRAME.test(line)) : []
    return [`${name}: ${message}`, ...frames].join('\n')
  } catch {
    return `${name}: ${message}`
  }
}
