import { createHmac } from 'node:crypto'

/** HMAC key of the fixture's tokens. Must never show up in an answer. */
export const KEY = 'parity-fixture-signing-key-0123456789abcdef'
export const ISSUER = 'https://issuer.example'
export const AUDIENCE = 'https://store.example'
/** The fixture's clock stands still here: seconds since the Unix epoch. */
export const NOW = 1_800_000_000

type Json = Readonly<Record<string, unknown>>

export interface TokenParts {
  readonly header?: Json
  /** Replaces members of the default claims; `undefined` removes one. */
  readonly claims?: Json
  readonly key?: string
  readonly digest?: 'sha256' | 'sha512'
}

/** Writes a JWT by hand, so that a test can write one no library would. */
export function forge({ header = {}, claims = {}, key = KEY, digest }: TokenParts = {}): string {
  const head = encode({ alg: 'HS256', typ: 'JWT', ...header })
  const body = encode({
    sub: 'user_1',
    iss: ISSUER,
    aud: AUDIENCE,
    iat: NOW - 60,
    exp: NOW + 3600,
    scope: 'orders:read',
    ...claims,
  })
  const mac = createHmac(digest ?? 'sha256', key)
    .update(`${head}.${body}`)
    .digest('base64url')
  return `${head}.${body}.${mac}`
}

export function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

/** The callers of the table, by name. */
export type Caller =
  | 'nobody'
  | 'reader'
  | 'writer'
  | 'admin'
  | 'ofUmbrella'
  | 'expired'
  | 'tampered'
  | 'otherAudience'
  | 'otherIssuer'
  | 'notYet'
  | 'noExpiry'
  | 'garbage'
  | 'spelledRoles'
  | 'blankTenant'
  | 'blankSubject'
  | 'namelessActor'
  | 'endlessActors'
  | 'foreignLetters'
  | 'throughAgent'

/** RFC 8693 §4.1: each actor holds the one before it. */
function actors(count: number): Json {
  let act: Json = { sub: 'agent_0' }
  for (let index = 1; index < count; index++) act = { sub: `agent_${index}`, act }
  return act
}

/** Their bearer tokens; `null` sends no credential. */
export const CALLERS: Readonly<Record<Caller, string | null>> = {
  nobody: null,
  reader: forge(),
  writer: forge({ claims: { sub: 'writer_1', scope: 'orders:read orders:write' } }),
  admin: forge({ claims: { sub: 'admin_1', scope: 'orders:read orders:write', roles: ['admin'] } }),
  ofUmbrella: forge({ claims: { tenant_id: 'umbrella' } }),
  expired: forge({ claims: { exp: NOW } }),
  tampered: forge({ key: `${KEY}!` }),
  otherAudience: forge({ claims: { aud: 'https://else.example' } }),
  otherIssuer: forge({ claims: { iss: 'https://else.example' } }),
  notYet: forge({ claims: { nbf: NOW + 60 } }),
  noExpiry: forge({ claims: { exp: undefined } }),
  garbage: 'not-a-jwt',
  spelledRoles: forge({ claims: { roles: { admin: true } } }),
  blankTenant: forge({ claims: { tenant_id: ' ' } }),
  blankSubject: forge({ claims: { sub: '' } }),
  namelessActor: forge({ claims: { act: { iss: ISSUER } } }),
  endlessActors: forge({ claims: { act: actors(9) } }),
  foreignLetters: forge({ claims: { sub: 'Åsa-\u{1F98A}-Ωμέγα' } }),
  throughAgent: forge({ claims: { sub: 'ann', act: actors(1) } }),
}
