import { describe, expect, it } from 'vitest'
import type { IdentityProvider, SigningAlgorithm } from '../support/identity-provider.ts'
import { Browser, providerWorld } from './provider-world.ts'

const ADA = 'ada@example.com'
const VERIFIED = { email: ADA, email_verified: true }
const ALGORITHMS: readonly SigningAlgorithm[] = ['ES256', 'RS256', 'EdDSA']

/** Another bit of the signature, or of what is signed. */
function flip(part: 1 | 2): (token: string) => string {
  return (token) => {
    const parts = token.split('.')
    const bytes = Buffer.from(parts[part] ?? '', 'base64url')
    if (part === 2) bytes[10] = (bytes[10] ?? 0) ^ 1
    else return tampered(parts)
    parts[part] = bytes.toString('base64url')
    return parts.join('.')
  }
}

/** Somebody else, under the signature of before. */
function tampered([head, payload = '', mac]: readonly string[]): string {
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const other = Buffer.from(JSON.stringify({ ...claims, sub: 'victim' })).toString('base64url')
  return `${head}.${other}.${mac}`
}

describe('what a provider says is taken as far as it is signed', () => {
  it.each(ALGORITHMS)('SW-22: %s; a flipped bit is refused', async (algorithm) => {
    await using it_ = await providerWorld({ idp: { algorithm } })
    it_.idp.people.set('sub-1', VERIFIED)
    const browser = new Browser(it_.world)
    expect((await browser.signIn(it_.idp, 'sub-1')).status).toBe(303)
    for (const part of [1, 2] as const) {
      it_.idp.token = flip(part)
      const back = await new Browser(it_.world).signIn(it_.idp, 'sub-1')
      expect([back.status, back.code]).toEqual([400, 'provider_answer_refused'])
    }
    it_.idp.token = null
    expect((await new Browser(it_.world).signIn(it_.idp, 'sub-1')).status).toBe(303)
  })

  it('keys that were rotated a moment ago are found, and those of before are not taken', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    let before = ''
    it_.idp.token = (token) => {
      before = token
      return token
    }
    expect((await new Browser(it_.world).signIn(it_.idp, 'sub-1')).status).toBe(303)
    it_.idp.token = null
    it_.idp.rotate()
    expect((await new Browser(it_.world).signIn(it_.idp, 'sub-1')).status).toBe(303)
    it_.idp.token = () => before
    expect((await new Browser(it_.world).signIn(it_.idp, 'sub-1')).status).toBe(400)
  })

  it('asks for keys that it does not know once in a while, whoever makes them up', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    await new Browser(it_.world).signIn(it_.idp, 'sub-1')
    it_.idp.token = (token) => {
      const [, ...rest] = token.split('.')
      const head = Buffer.from('{"alg":"ES256","kid":"made up"}').toString('base64url')
      return [head, ...rest].join('.')
    }
    for (let tries = 0; tries < 4; tries++) {
      expect((await new Browser(it_.world).signIn(it_.idp, 'sub-1')).status).toBe(400)
    }
    expect(it_.idp.asked.filter((path) => path === '/jwks')).toHaveLength(2)
  })

  it.each<[string, (claims: Record<string, unknown>, idp: IdentityProvider) => object, string]>([
    ['nonce of another login', (claims) => ({ ...claims, nonce: 'x' }), 'invalid_nonce'],
    ['no nonce', ({ nonce: _, ...claims }) => claims, 'provider_answer_refused'],
    [
      'another issuer',
      (claims) => ({ ...claims, iss: 'https://evil.example' }),
      'provider_answer_refused',
    ],
    ['no issuer', ({ iss: _, ...claims }) => claims, 'provider_answer_refused'],
    ['for another app', (claims) => ({ ...claims, aud: 'other' }), 'provider_answer_refused'],
    [
      'for several, and not made for this',
      (claims) => ({ ...claims, aud: ['shop', 'other'] }),
      'provider_answer_refused',
    ],
    ['made for another', (claims) => ({ ...claims, azp: 'other' }), 'provider_answer_refused'],
    [
      'made for another of several',
      (claims) => ({ ...claims, aud: ['shop', 'other'], azp: 'other' }),
      'provider_answer_refused',
    ],
    [
      'expired',
      (claims) => ({ ...claims, exp: Number(claims['iat']) - 60 }),
      'provider_answer_refused',
    ],
    ['no expiry', ({ exp: _, ...claims }) => claims, 'provider_answer_refused'],
    ['no subject', ({ sub: _, ...claims }) => claims, 'provider_answer_refused'],
    ['an empty subject', (claims) => ({ ...claims, sub: '' }), 'provider_answer_refused'],
    ['a subject that is a number', (claims) => ({ ...claims, sub: 1 }), 'provider_answer_refused'],
    [
      'a subject without end',
      (claims) => ({ ...claims, sub: 'x'.repeat(256) }),
      'provider_answer_refused',
    ],
    ['a subject with U+0000', (claims) => ({ ...claims, sub: 'a\0b' }), 'provider_answer_refused'],
    [
      'of tomorrow',
      (claims) => ({ ...claims, nbf: Number(claims['iat']) + 86_400 }),
      'provider_answer_refused',
    ],
  ])('SW-22: %s is refused', async (_, change, code) => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    it_.idp.claims = (claims) => ({ ...change(claims, it_.idp) })
    const browser = new Browser(it_.world)
    const back = await browser.signIn(it_.idp, 'sub-1')
    expect([back.status, back.code]).toEqual([400, code])
    expect(back.headers.getSetCookie().join()).not.toMatch(/trefoil_login/)
    expect(await it_.world.run('select id from trefoil_accounts')).toEqual([])
  })

  it('SW-22: without an id token nobody is signed in, whatever userinfo says', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    it_.idp.document = (path, { id_token: _, ...value }) => (path === '/token' ? value : null)
    const back = await new Browser(it_.world).signIn(it_.idp, 'sub-1')
    expect(back.code).toBe('provider_answer_refused')
    for (const made of ['', 'x', 'a.b.c', `${unsigned({ sub: 'sub-1' })}.`]) {
      it_.idp.document = null
      it_.idp.token = () => made
      expect((await new Browser(it_.world).signIn(it_.idp, 'sub-1')).code).toBe(
        'provider_answer_refused',
      )
    }
    expect(it_.idp.asked).not.toContain('/me')
  })

  it('SW-22: an address may come from userinfo, of that very subject alone', async () => {
    await using it_ = await providerWorld({ idp: { claimsByUserinfo: true } })
    it_.idp.people.set('sub-1', VERIFIED)
    const browser = new Browser(it_.world)
    await browser.signIn(it_.idp, 'sub-1')
    expect((await browser.me()).body).toMatchObject({ email: ADA })
    it_.idp.people.set('sub-2', { email: 'bob@example.com', email_verified: true })
    it_.idp.document = (path, value) => (path === '/me' ? { ...value, sub: 'sub-1' } : null)
    const back = await new Browser(it_.world).signIn(it_.idp, 'sub-2')
    expect([back.status, back.code]).toEqual([400, 'oidc_userinfo_failed'])
  })

  it('GHSA-5rr4-8452-hf4v: asks no address that is not https, and takes no document of another issuer', async () => {
    const lies: readonly ((value: Record<string, unknown>) => object)[] = [
      (value) => ({ ...value, token_endpoint: 'http://169.254.169.254/latest' }),
      (value) => ({ ...value, jwks_uri: 'file:///etc/passwd' }),
      (value) => ({ ...value, authorization_endpoint: 'javascript:alert(1)' }),
      (value) => ({ ...value, authorization_endpoint: 'http://evil.example/login' }),
      ({ authorization_endpoint: _, ...value }) => value,
      (value) => ({ ...value, issuer: 'https://evil.example' }),
      () => ({}),
    ]
    for (const lie of lies) {
      await using it_ = await providerWorld()
      it_.idp.document = (path, value) => (path.startsWith('/.well-known') ? lie(value) : null)
      const answer = await new Browser(it_.world).get('/oauth/idp/login')
      expect([answer.status, answer.code]).toEqual([502, 'provider_unavailable'])
      // It is asked again once it is well.
      it_.idp.document = null
      expect((await new Browser(it_.world).get('/oauth/idp/login')).status).toBe(303)
    }
  })

  it('a provider that is away is told from one that says no', async () => {
    await using it_ = await providerWorld()
    it_.idp.people.set('sub-1', VERIFIED)
    it_.idp.who = 'sub-1'
    const browser = new Browser(it_.world)
    const url = await browser.away(it_.idp)
    const code = new URL(url)
    code.searchParams.set('code', 'made up')
    const refused = await browser.back(code)
    expect([refused.status, refused.code]).toEqual([400, 'provider_answer_refused'])
    const again = await browser.away(it_.idp)
    await it_.idp[Symbol.asyncDispose]()
    const away = await browser.back(again)
    expect([away.status, away.code]).toEqual([502, 'provider_unavailable'])
    expect(JSON.stringify(away.body)).not.toMatch(/localhost|ECONN/)
  })
})

function unsigned(claims: object): string {
  return [{ alg: 'none' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
}
