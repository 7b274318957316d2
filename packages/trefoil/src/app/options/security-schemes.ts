import type { SecurityScheme } from '../../contract/auth/security-scheme.ts'
import { checkOptionNames } from '../../contract/options/option-names.ts'
import { shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { isToken } from '../../web/raw-headers.ts'

/** Members by kind of scheme, besides `description`. */
const MEMBERS: Readonly<Record<SecurityScheme['type'], readonly string[]>> = {
  http: ['type', 'scheme', 'bearerFormat'],
  apiKey: ['type', 'in', 'name'],
  openIdConnect: ['type', 'openIdConnectUrl'],
  mutualTLS: ['type'],
}

/**
 * Reads what an entry of `auth`, or its authenticator, says about where credentials are: a
 * description that is wrong sends callers, and generated clients, the wrong way. A frozen copy.
 *
 * @param declared a scheme, or a list of them
 * @throws ImproperlyConfigured naming the member
 */
export function readSchemes(declared: unknown): readonly SecurityScheme[] {
  const schemes: readonly unknown[] = Array.isArray(declared) ? [...declared] : [declared]
  if (schemes.length === 0) throw wrong('the list is empty; leave it out for bearer tokens')
  return Object.freeze(schemes.map(readScheme))
}

function readScheme(scheme: unknown): SecurityScheme {
  if (typeof scheme !== 'object' || scheme === null) {
    throw wrong("must be an object such as { type: 'http', scheme: 'bearer' }")
  }
  const members = new Map<string, unknown>(Object.entries(scheme))
  const type = members.get('type')
  if (!isType(type)) {
    throw wrong(`type must be one of ${Object.keys(MEMBERS).join(', ')}, got ${shownValue(type)}`)
  }
  const description = members.get('description')
  if (description !== undefined && !isText(description)) throw wrong('description must be text')
  const names = ['description', ...MEMBERS[type]].map((name) => [name, true as const])
  checkOptionNames(`auth scheme of type ${type}`, scheme, Object.fromEntries(names))
  CHECKS[type](members)
  // Each member is what was looked at.
  return Object.freeze(Object.fromEntries(members)) as unknown as SecurityScheme
}

type Members = ReadonlyMap<string, unknown>

const CHECKS: Readonly<Record<SecurityScheme['type'], (members: Members) => void>> = {
  http: checkHttp,
  apiKey: checkApiKey,
  openIdConnect: checkOpenIdConnect,
  mutualTLS: () => {},
}

function checkHttp(members: Members): void {
  const scheme = members.get('scheme')
  const format = members.get('bearerFormat')
  if (scheme !== 'bearer' && scheme !== 'basic' && scheme !== 'dpop') {
    throw wrong(`scheme must be bearer, basic or dpop, got ${shownValue(scheme)}`)
  }
  if (format === undefined) return
  if (scheme !== 'bearer') throw wrong('bearerFormat is of bearer tokens only')
  if (!isText(format)) throw wrong('bearerFormat must be non-empty text')
}

function checkApiKey(members: Members): void {
  const place = members.get('in')
  const name = members.get('name')
  if (place !== 'header' && place !== 'cookie' && place !== 'query') {
    throw wrong(`in must be header, cookie or query, got ${shownValue(place)}`)
  }
  const isName = isText(name) && (place === 'query' ? !CONTROL.test(name) : isToken(name))
  if (!isName) throw wrong(`name must be the name of a ${place}, got ${shownValue(name)}`)
}

const CONTROL = /[\x00-\x1f\x7f]/
const LOOPBACK: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/** A discovery document that somebody can exchange on the way names the attacker as provider. */
function checkOpenIdConnect(members: Members): void {
  const text = members.get('openIdConnectUrl')
  const url = isText(text) ? URL.parse(text) : null
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url))
  if (!isSafe) throw wrong(`openIdConnectUrl must be an https address, got ${shownValue(text)}`)
}

function isLoopback({ hostname }: URL): boolean {
  return LOOPBACK.has(hostname)
}

function isType(value: unknown): value is SecurityScheme['type'] {
  return typeof value === 'string' && Object.hasOwn(MEMBERS, value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

function wrong(what: string): ImproperlyConfigured {
  return new ImproperlyConfigured(`auth scheme: ${what}`)
}
