/**
 * True for a scope of OAuth (RFC 6749 §3.3): one word without quotes and backslashes. Anything else would end the list of
 * a challenge early, or add a parameter to it, and clients ask for what they read there.
 */
export function isScope(value: unknown): value is string {
  return typeof value === 'string' && SCOPE.test(value)
}

const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+$/

/** What is wrong with one that is none, for messages. */
export const SCOPE_RULE = 'one word, without space, quotes and backslash (RFC 6749)'
