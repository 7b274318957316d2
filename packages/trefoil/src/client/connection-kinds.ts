import { isRecord } from '../base/plain/is-record.ts'
import { kind } from '../contract/options/kinds.ts'
import type { OptionKind } from '../contract/options/option-kind.ts'
import { valueKind } from '../contract/options/value-kind.ts'
import { isToken, type Token } from './connection.ts'
import { parseRemoteUrl } from './remote-url.ts'

/** The address of an app, with the path it is mounted under. */
export const remoteUrl: OptionKind<string> = {
  words: 'text',
  read(value) {
    if (typeof value !== 'string') return { mistake: `must be text, got ${valueKind(value)}` }
    const url = parseRemoteUrl(value)
    return url.ok ? { value: url.value } : { mistake: `is refused: ${url.error}` }
  },
}

/** A credential, or what gives one; what that gives is looked at when it has given it. */
export const token: OptionKind<Token> = {
  words: 'text or function',
  read: (value) =>
    typeof value === 'function' || isToken(value)
      ? { value: value as Token }
      : { mistake: `must be text that a header can carry, or a function, got ${valueKind(value)}` },
}

/** Names and values, one by one: what the platform says of a value it refuses quotes it, token or not. */
export const sentHeaders: OptionKind<Headers> = {
  words: 'object',
  read(value) {
    if (!isRecord(value)) {
      return { mistake: `must be an object of header names and values, got ${valueKind(value)}` }
    }
    const headers = new Headers()
    for (const [name, text] of Object.entries(value)) {
      if (!setHeader(headers, name, text)) {
        return { mistake: `cannot have '${name}': what cannot be in a header is in name or value` }
      }
    }
    return { value: headers }
  },
}

export const abortSignal: OptionKind<AbortSignal> = kind(
  'an AbortSignal',
  (value): value is AbortSignal => value instanceof AbortSignal,
)

function setHeader(headers: Headers, name: string, value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    headers.set(name, value)
    return true
  } catch {
    return false
  }
}
