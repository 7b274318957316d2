import { Problem, refuse } from '../contract/problems/problem.ts'
import { type HostPattern, parseHost, parseHostPattern } from '../web/host.ts'
import { firstHeader, isRepeated, type RawHeaders } from '../web/raw-headers.ts'
import { Repeated, SingleHeaders } from '../web/single-headers.ts'

/** The stage `edge` as data: what a request head must be like before anything else looks at it. */
export interface EdgePolicy {
  /** Patterns a `Host` must match; `null` switches the check off. */
  readonly hosts: readonly HostPattern[] | null
  /** Body bytes a request may announce. */
  readonly maxBodySize: number
  /** Names of headers, beside those of the standards, that one value is taken from. */
  readonly singleHeaders: readonly string[]
}

/** What the edge found out about a head it accepted. */
export interface EdgeFacts {
  /** The accepted `Host` value; empty for in-process requests that send none. */
  readonly host: string
}

/** Names accepted when no host is configured (SEC-5): local ones only. */
export const LOCAL_HOSTS: readonly string[] = ['localhost', '127.0.0.1', '[::1]', 'testserver']

/** @returns the patterns, or the first text that is none */
export function parseHostPatterns(texts: readonly string[]): readonly HostPattern[] | string {
  const patterns: HostPattern[] = []
  for (const text of texts) {
    const pattern = parseHostPattern(text)
    if (pattern === null) return text
    patterns.push(pattern)
  }
  return patterns
}

const REMEMBERED_HOSTS = 256

/**
 * Facts for a head that may come in, a problem for one that may not.
 *
 * @param forwardedHost host named by a trusted proxy; `null` when none did
 */
export type Edge = (
  raw: RawHeaders,
  inProcess: boolean,
  forwardedHost: string | null,
) => EdgeFacts | Problem

/** Builds the edge decision. */
export function createEdge(policy: EdgePolicy): Edge {
  // Only accepted values are remembered, so a flood of made-up hosts cannot fill the memory.
  const accepted = new Map<string, EdgeFacts>()
  const singles = new SingleHeaders(policy.singleHeaders)

  function decideHost(value: string | null, inProcess: boolean): EdgeFacts | Problem {
    if (value === null) {
      return inProcess || policy.hosts === null ? NO_HOST : refuse('INVALID_HOST')
    }
    const known = accepted.get(value)
    if (known !== undefined) return known
    const host = parseHost(value)
    if (host === null) return refuse('INVALID_HOST')
    if (policy.hosts !== null && !policy.hosts.some((matches) => matches(host))) {
      return refuse('INVALID_HOST')
    }
    const facts = Object.freeze({ host: value })
    if (accepted.size < REMEMBERED_HOSTS) accepted.set(value, facts)
    return facts
  }

  return (raw, inProcess, forwardedHost) => {
    const head = readHead(raw, singles, policy.maxBodySize)
    if (!(head instanceof Problem)) return decideHost(forwardedHost ?? head, inProcess)
    // Whatever else is wrong: somebody who asks for another host learns nothing but that.
    if (isRepeated(raw, 'host')) return refuse('INVALID_HOST')
    const facts = decideHost(forwardedHost ?? firstHeader(raw, 'host') ?? null, inProcess)
    return facts instanceof Problem ? facts : head
  }
}

const NO_HOST: EdgeFacts = Object.freeze({ host: '' })

/**
 * Headers that must not be repeated or contradict each other (SEC-1, SEC-2, FND-25), in one pass.
 *
 * @returns the `Host`, `null` for none
 */
function readHead(
  raw: RawHeaders,
  singles: SingleHeaders,
  maxBodySize: number,
): string | null | Problem {
  let host: string | null = null
  let length: string | null = null
  let isChunked = false
  singles.begin()
  for (let index = 0; index < raw.length; index += 2) {
    const value = raw[index + 1] as string
    const single = singles.read(raw[index] as string, value)
    if (single === null) continue
    if (single instanceof Repeated) return invalidHeader(single.header.shown)
    switch (single.name) {
      case 'host':
        host = value
        break
      case 'content-length':
        length = value
        break
      case 'transfer-encoding':
        if (value.trim().toLowerCase() !== 'chunked') return invalidHeader(single.shown)
        isChunked = true
        break
      default:
    }
  }
  if (length === null) return host
  if (!areDigits(length)) return invalidHeader('Content-Length')
  // A front end that believes one of the two and we the other would disagree on where the next
  // request begins.
  if (isChunked) return invalidHeader('Content-Length')
  return Number(length) > maxBodySize ? refuse('payload_too_large') : host
}

/** By hand: it is asked of every request with a body, and a pattern costs ten times as much. */
function areDigits(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit < 0x30 || unit > 0x39) return false
  }
  return text !== ''
}

function invalidHeader(name: string): Problem {
  return refuse('invalid_header', { detail: `Invalid ${name} header` })
}
