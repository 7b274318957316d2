import { isRecord } from '../base/plain/is-record.ts'
import type { Secret } from '../base/secret.ts'
import { kind } from '../contract/options/kinds.ts'
import type { OptionKind } from '../contract/options/option-kind.ts'
import { valueKind } from '../contract/options/value-kind.ts'
import { parseRemoteUrl } from './remote-url.ts'

/** A credential, or what gives one: asked anew for every call, and never kept. */
export type Token = string | Secret | (() => string | Secret | Promise<string | Secret>)

/** Names and values, one by one: what the platform says of a value it refuses quotes it, token or not. */
export const headersKind: OptionKind<Headers> = {
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

const TOKEN = /^[\x21-\x7e]+$/

/** True for what can be sent as a bearer token. */
export function isToken(value: unknown): value is string {
  return typeof value === 'string' && TOKEN.test(value)
}

/**
 * What is in a `Secret`, and anything else as it is. By its verb, not by its class: this door is bundled
 * apart, for browsers, and the class of the others is another one here.
 */
export function revealedToken(value: unknown): unknown {
  const isSecret = isRecord(value) && typeof value['reveal'] === 'function'
  return isSecret ? (value as { readonly reveal: () => unknown }).reveal() : value
}

export const tokenKind: OptionKind<Token> = {
  words: 'text or a function',
  read: (value) =>
    isToken(revealedToken(value)) || typeof value === 'function'
      ? { value: value as Token }
      : {
          mistake: `must be text that a header can carry, or a function that gives one, got ${valueKind(value)}`,
        }, // What the function gives is checked when it has given it.
}

export const urlKind: OptionKind<string> = {
  words: 'text',
  read(value) {
    if (typeof value !== 'string') return { mistake: `must be text, got ${valueKind(value)}` }
    const url = parseRemoteUrl(value)
    return url.ok ? { value: url.value } : { mistake: `is refused: ${url.error}` }
  },
}

export const signalKind: OptionKind<AbortSignal> = kind(
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
