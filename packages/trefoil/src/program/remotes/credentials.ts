import { addTrace } from '../../client/sent-trace.ts'
import type { GlobalFlags } from '../terminal/flags.ts'
import { usageError } from '../terminal/usage-error.ts'

/** What a command presents: at most one credential. */
export interface Credentials {
  /** Bearer token. */
  readonly token: string | undefined
  /** Request headers by lower-case name, `authorization` perhaps among them. */
  readonly headers: Readonly<Record<string, string>>
}

const HEADER = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*(.*?)[ \t]*$/s
// A line break in a value would start a header of its own.
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const TOKEN = /^[\x21-\x7e]+$/

/**
 * Reads `--token` and `--header` (CLI-4). These were typed for this command and win over
 * whatever is stored or in the environment.
 *
 * @throws Problem `cli_usage`
 */
export function givenCredentials(flags: GlobalFlags): Credentials {
  const headers = parseHeaders(flags.header ?? [])
  if (flags.token !== undefined && headers['authorization'] !== undefined) {
    throw usageError('Use either --token or an Authorization header', 'Drop one of the two.')
  }
  const token = flags.token === undefined ? undefined : checkToken(flags.token, '--token')
  return { token, headers }
}

/**
 * Credentials of a local call: as given, else `TREFOIL_TOKEN`. That variable is never sent to
 * a remote: it belongs to the local app, and a remote would keep it.
 *
 * @throws Problem `cli_usage`
 */
export function localCredentials(
  flags: GlobalFlags,
  env: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const { token: given, headers } = givenCredentials(flags)
  const fallback = headers['authorization'] === undefined ? env['TREFOIL_TOKEN'] : undefined
  const token = given ?? (fallback ? checkToken(fallback, 'TREFOIL_TOKEN') : undefined)
  const pairs = Object.entries({ ...sentTrace(env), ...headers }).flat()
  return token === undefined ? pairs : [...pairs, 'authorization', `Bearer ${token}`]
}

/**
 * `TRACEPARENT` and `TRACESTATE`, as programs hand them to those they start: the call is a part of
 * what started it. What is no trace is not sent on.
 */
export function sentTrace(
  env: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const { TRACEPARENT: traceparent, TRACESTATE: tracestate } = env
  if (traceparent === undefined) return {}
  // Only now: the first look at `Headers` has Node load all that it has for fetching.
  const headers = new Headers()
  addTrace(headers, { traceparent, tracestate })
  return Object.fromEntries(headers)
}

/**
 * @param from where it was given, for the message
 * @returns the token without white space around it
 * @throws Problem `cli_usage`; the message never shows the token
 */
export function checkToken(text: string, from: string): string {
  const token = text.trim()
  if (token === '') throw usageError(`The token from ${from} must not be empty`)
  if (!TOKEN.test(token)) {
    throw usageError(
      `The token from ${from} must be printable ASCII without spaces`,
      'Give the token alone, without the word Bearer.',
    )
  }
  return token
}

function parseHeaders(lines: readonly string[]): Readonly<Record<string, string>> {
  const headers = new Map<string, string>()
  for (const line of lines) {
    const [, name, value] = HEADER.exec(line) ?? []
    if (name === undefined || value === undefined || !HEADER_VALUE.test(value)) {
      throw usageError(
        "Headers must be given as 'Name: value'",
        "Quote it for the shell, such as --header 'X-Tenant: acme'.",
      )
    }
    const key = name.toLowerCase()
    if (headers.has(key)) throw usageError(`The header ${key} is given twice`)
    headers.set(key, value)
  }
  return Object.fromEntries(headers)
}
