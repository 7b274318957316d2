import type { HttpReply } from '../../contract/exchange.ts'

const NONCE_MARK = '{nonce}'

/** True when some header wants a fresh nonce in every answer. */
export function wantsNonce(headers: readonly string[]): boolean {
  return headers.some((text) => text.includes(NONCE_MARK))
}

/** The headers with the nonce of this answer in place. */
export function withNonce(headers: readonly string[], nonce: string): string[] {
  return headers.map((text) => text.replaceAll(NONCE_MARK, nonce))
}

/** Headers with some replaced, and those set to `null` removed. Names are lower-case. */
export function overrideHeaders(
  base: readonly string[],
  overrides: Readonly<Record<string, string | null>>,
): string[] {
  const headers = without(base, (name) => Object.hasOwn(overrides, name))
  for (const [name, value] of Object.entries(overrides)) {
    if (value !== null) headers.push(name, value)
  }
  return headers
}

/** An endpoint's answer with the base headers it does not set itself. */
export function withBaseHeaders(reply: HttpReply, base: readonly string[]): HttpReply {
  const own = new Set<string>()
  for (let index = 0; index < reply.headers.length; index += 2) {
    own.add(reply.headers[index] as string)
  }
  return { ...reply, headers: without(base, (name) => own.has(name)).concat(reply.headers) }
}

function without(headers: readonly string[], drops: (name: string) => boolean): string[] {
  const kept: string[] = []
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string
    if (!drops(name)) kept.push(name, headers[index + 1] as string)
  }
  return kept
}
