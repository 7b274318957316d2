import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CookieSigner } from './cookie-signer.ts'
import { keyRing } from './key-ring.ts'

const NOW = 1_700_000_000
const at = (seconds: number) => ({ now: () => seconds * 1000, elapsed: () => 0 })

describe('CookieSigner, value format (COOK-1)', () => {
  it.each([
    [
      'current-secret',
      undefined,
      'user_123',
      'dXNlcl8xMjM.DC4ighyMslitlwpYEQ7KvTTQyeP3-iPwT2ijVKmVvMc',
    ],
    [
      'new-secret',
      undefined,
      'user_123',
      'dXNlcl8xMjM.46A9Bp_hGYSSs0KeHNpFefrZCysCUa4MpQuRtruK-Qo',
    ],
    [
      'old-secret',
      undefined,
      'user_123',
      'dXNlcl8xMjM.UEpu-kQS9MxvkirSTFuUsXJedG0kT6h8P5yudzuG_Fc',
    ],
    [
      new Uint8Array(Buffer.from('000162696e6172792d736563726574', 'hex')),
      undefined,
      'user_123',
      'dXNlcl8xMjM.BCkdeLmlWlR2yth0MFCOqx5Xh4WoOI6Mp0lbNxISbOg',
    ],
    [
      'current-secret',
      'session',
      'user_123',
      'dXNlcl8xMjM.j78O_nq8NCWBna8oIvGA66tRh7itsBWlo_my1AzSEtA',
    ],
    [
      'current-secret',
      undefined,
      'café ☃ 𝄞',
      'Y2Fmw6kg4piDIPCdhJ4.pKnYfXEfZJSD4hcI-G4rS9VOM-IbCwPheSpUbN8vJ-A',
    ],
    [
      'current-secret',
      undefined,
      '{"id":"u1","exp":1790000000}',
      'eyJpZCI6InUxIiwiZXhwIjoxNzkwMDAwMDAwfQ.Hi5wLqhsKUNijj9GuaXm_SBvM1bvxxqxcmojEABQ9w8',
    ],
  ])('COOK-4: signs and verifies vector %#', (key, salt, value, signed) => {
    const signer = new CookieSigner(keyRing(key), salt === undefined ? {} : { salt })
    expect(signer.sign(value)).toBe(signed)
    expect(signer.verify(signed)).toBe(value)
  })

  it('COOK-2, COOK-4: the empty text signs but never verifies', () => {
    const signer = new CookieSigner('current-secret')
    const signed = '.wN4lFh0D0X8Q70whtAgOLFR_XfVfB9-sirlaX4h78ZY'
    expect(signer.sign('')).toBe(signed)
    expect(signer.verify(signed)).toBeNull()
  })

  it.each([
    '',
    'nodotseparator',
    '.signature-only',
    'payload-only.',
    '.',
    'not-base64.%%%%',
    'café.signature',
    'abc.é',
    'dXNlcl8xMjM.DC4ighyMslitlwpYEQ7KvTTQyeP3-iPwT2ijVKmVvMc=',
    ' dXNlcl8xMjM.DC4ighyMslitlwpYEQ7KvTTQyeP3-iPwT2ijVKmVvMc',
  ])('COOK-2, W-5: answers null to %j', (text) => {
    expect(new CookieSigner('current-secret').verify(text)).toBeNull()
  })

  it('W-5: never throws and never accepts random text', () => {
    const signer = new CookieSigner('current-secret')
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => signer.verify(text) === null))
  })

  it('W-6: round-trips every well-formed string but the empty one', () => {
    const signer = new CookieSigner('current-secret')
    const text = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((value) => value.isWellFormed())
    fc.assert(fc.property(text, (value) => signer.verify(signer.sign(value)) === value))
  })

  it('COOK-3: previous keys verify but do not sign', () => {
    const signer = new CookieSigner(keyRing('new-secret', ['old-secret']))
    expect(signer.verify(new CookieSigner('old-secret').sign('u'))).toBe('u')
    expect(signer.sign('u')).toBe(new CookieSigner('new-secret').sign('u'))
    expect(signer.verify(new CookieSigner('other').sign('u'))).toBeNull()
  })

  it('COOK-3: a ring is live: what is put into it signs, what is taken out verifies nothing', () => {
    const ring = keyRing('first')
    const signer = new CookieSigner(ring)
    const old = signer.sign('u')
    ring.replace('second', ['first'])
    expect(signer.verify(old)).toBe('u')
    expect(signer.sign('u')).toBe(new CookieSigner('second').sign('u'))
    ring.replace('second')
    expect(signer.verify(old)).toBeNull()
  })

  it('COOK-3: refuses empty keys and salts at construction', () => {
    const none = new Uint8Array()
    for (const keys of ['', none]) {
      expect(() => new CookieSigner(keys)).toThrow(/^Signed cookie secrets must not be empty$/)
    }
    // What only looks like a ring could be emptied after it was looked at.
    const ofNone = { current: none, previous: [] }
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => new CookieSigner(ofNone)).toThrow('must be non-empty text or bytes')
    expect(() => new CookieSigner('k', { salt: '' })).toThrow('salt')
  })
})

describe('CookieSigner, payload format (S-CK-1, S-CK-4)', () => {
  const payloadSigner = (key: string, now = NOW, previous: string[] = []) =>
    new CookieSigner(keyRing(key, previous), { format: 'payload', clock: at(now) })

  it('V-02: seals and opens the vectors of the other system', () => {
    expect(payloadSigner('k1').seal({ sub: 'user-123' })).toBe(
      'eyJzdWIiOiJ1c2VyLTEyMyJ9.71mQjF1H_y5f2KXadfufQYeOmRaRLe1EzsWdf3Y2Oxg',
    )
    const expiring =
      'eyJleHAiOjE3MDAwMDM2MDAsInN1YiI6InVzZXItMTIzIn0.ktJfaMEtU9CHSm2pR5s0AkENkG8Fn-342oN2vqCvoWw'
    expect(payloadSigner('k1').seal({ sub: 'user-123' }, { expiresIn: '3600s' })).toBe(expiring)
    expect(payloadSigner('k1', 1_700_003_599).open(expiring)).toEqual({
      exp: 1_700_003_600,
      sub: 'user-123',
    })
    expect(payloadSigner('k1', 1_700_003_600).open(expiring)).toBeNull()
  })

  it('V-02: an old key opens what it sealed, and only while it is in the ring', () => {
    const old =
      'eyJleHAiOjE3MDAwMDM2MDAsInN1YiI6InVzZXItMTIzIn0.gQ4xVujRi-O50ryThPvUYMLivxCN_SWszRHDrOGodz4'
    expect(payloadSigner('k1', NOW, ['k0']).open(old)).toMatchObject({ sub: 'user-123' })
    expect(payloadSigner('k1').open(old)).toBeNull()
  })

  it('V-02: opens escapes and floats written elsewhere', () => {
    const text =
      'eyJiaWciOjkwMDcxOTkyNTQ3NDA5OTIsImwiOlsxLCJhIl0sIm4iOjEuMCwibmFcdTAwZWZ2ZSI6Ilx1MDBlOSIsInQiOnRydWUsInoiOm51bGx9.5612jHCnyzghwq3bbhT5MjVTPqJRJu2-SZNlhkvU0rI'
    expect(payloadSigner('k1').open(text)).toEqual({
      big: 9_007_199_254_740_992,
      l: [1, 'a'],
      n: 1,
      naïve: 'é',
      t: true,
      z: null,
    })
    expect(payloadSigner('k1').seal({ naïve: 'é' })).toContain(
      Buffer.from('{"na\\u00efve":"\\u00e9"}').toString('base64url'),
    )
  })

  it('S-CK-3: binds to path and domain', () => {
    const signer = payloadSigner('k1')
    const text = signer.seal({ a: 1 }, { path: '/admin', domain: 'example.com' })
    expect(signer.open(text, { path: '/admin', domain: 'example.com' })).toMatchObject({ a: 1 })
    expect(signer.open(text, { path: '/' })).toBeNull()
    expect(signer.open(text, { domain: 'evil.com' })).toBeNull()
    expect(signer.open(signer.seal({ a: 1 }), { path: '/admin' })).toBeNull()
  })

  it('SW-37: what is bound opens nowhere else, also where nobody asks', () => {
    const signer = payloadSigner('k1')
    expect(signer.open(signer.seal({ a: 1 }, { path: '/admin' }))).toBeNull()
    expect(signer.open(signer.seal({ a: 1 }, { domain: 'a.example' }), { path: '/' })).toBeNull()
    const both = signer.seal({ a: 1 }, { path: '/', domain: 'a.example' })
    expect(signer.open(both, { path: '/' })).toBeNull()
    expect(signer.open(both, { domain: 'a.example' })).toBeNull()
  })

  it.each([
    ['exp', { exp: 9e9 }, { expiresIn: '1s' }],
    ['_path', { _path: '/evil' }, { path: '/shop' }],
    ['_domain', { _domain: 'evil.example' }, { domain: 'a.example' }],
  ] as const)('SW-37: %s of the payload does not undo the option', (name, payload, options) => {
    const seal = () => payloadSigner('k1').seal(payload, options)
    expect(seal).toThrow(`the payload has a '${name}' of its own beside the option`)
  })

  it('S-CK-2, S-CK-3: without the option the payload may say it itself', () => {
    const signer = payloadSigner('k1')
    const own = { exp: NOW + 10, _path: '/a' }
    expect(signer.open(signer.seal(own), { path: '/a' })).toEqual(own)
    expect(signer.open(signer.seal(own))).toBeNull()
    expect(payloadSigner('k1', NOW + 10).open(signer.seal(own), { path: '/a' })).toBeNull()
  })

  it.each([
    ['a map', new Map([['a', 1]])],
    ['a date', new Date(0)],
    ['an array', [1]],
    ['an instance', new (class {})()],
    ['bytes', new Uint8Array(2)],
    ['null', null],
    ['text', 'a'],
  ])('SW-37: %s is no payload', (_, payload) => {
    const seal = () => payloadSigner('k1').seal(payload as object)
    expect(seal).toThrow(new TypeError('seal() takes a plain object'))
  })

  it('refuses an expiry that is no number, and payloads that are no object', () => {
    const signer = payloadSigner('k1')
    expect(signer.open(signer.seal({ exp: '9999999999' }))).toBeNull()
    expect(signer.open(signer.sign('[1]'))).toBeNull()
    expect(signer.open(signer.sign('{'))).toBeNull()
  })

  it('a purpose separates: sealed for one, null for another', () => {
    const reset = new CookieSigner('k1', { salt: 'reset' })
    expect(new CookieSigner('k1', { salt: 'session' }).open(reset.seal({ sub: 'u' }))).toBeNull()
    expect(reset.open(reset.seal({ sub: 'u' }))).toEqual({ sub: 'u' })
  })
})
