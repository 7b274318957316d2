import { describe, expect, it } from 'vitest'
import { type Forged, SoftwarePasskey } from '../../../../../../test/support/software-passkey.ts'
import { newCredential, signedCredential } from './credential-field.ts'
import { challengeOf, creationOptions, requestOptions } from './passkey-challenge.ts'
import { relyingParty } from './passkey-options.ts'
import { readAssertion, readRegistration } from './read-credential.ts'

const ORIGIN = 'http://localhost:3000'
const PARTY = relyingParty({ rpId: null, origins: null }, ORIGIN, true)
const STEP = 'a-token-of-a-step'
const USER = { id: '5f0e7a8c-1111-4222-8333-944455556666', name: 'ada@example.com' }

function given(schema: typeof newCredential | typeof signedCredential, value: unknown) {
  const result = schema['~standard'].validate(value)
  if (result instanceof Promise || result.issues !== undefined) throw new Error('refused')
  return result.value
}

async function register(passkey: SoftwarePasskey, forged: Forged = {}) {
  const challenge = challengeOf('passkey_register', STEP, null)
  const options = creationOptions(PARTY, 'shop', USER, challenge, [], 300_000)
  const credential = given(newCredential, passkey.create(options, forged)) as never
  return readRegistration(PARTY, challenge, credential)
}

async function signIn(passkey: SoftwarePasskey, publicKey: string, forged: Forged = {}) {
  const challenge = challengeOf('passkey_login', STEP, null)
  const options = requestOptions(PARTY, challenge, [], 300_000)
  const credential = given(signedCredential, passkey.get(options, forged)) as never
  return readAssertion(PARTY, challenge, publicKey, credential)
}

/** What no device says of a page of ours, by what is wrong with it. */
const WRONG: readonly (readonly [string, Forged])[] = [
  ['another site', { origin: 'http://localhost:3001' }],
  ['a page of another host', { origin: 'https://evil.example' }],
  ['another domain', { rpId: 'evil.example' }],
  ['another challenge', { challenge: challengeOf('passkey_login', 'another-step', null) }],
  ['a challenge for something else', { challenge: challengeOf('passkey_step_up', STEP, null) }],
  ['nobody was looked at', { userVerified: false }],
  ['nobody was there', { userPresent: false, userVerified: false }],
  ['a frame in a page of others', { crossOrigin: true }],
  ['a named frame', { crossOrigin: true, topOrigin: 'https://evil.example' }],
  ['a top page without a frame', { topOrigin: ORIGIN }],
]

describe('the answer of a passkey', () => {
  it('MFA-3: is taken for the challenge it was made for', async () => {
    const passkey = new SoftwarePasskey(ORIGIN)
    const made = await register(passkey)
    expect(made).toMatchObject({ credentialId: passkey.id, counter: 1, isSynced: false })
    expect(await signIn(passkey, made?.publicKey ?? '')).toEqual({ counter: 2, isSynced: false })
  })

  it.each(WRONG)('is refused: %s', async (_, forged) => {
    const passkey = new SoftwarePasskey(ORIGIN)
    expect(await register(passkey, forged)).toBeNull()
    const made = await register(passkey)
    expect(await signIn(passkey, made?.publicKey ?? '', forged)).toBeNull()
  })

  it('is refused as the answer to the other question', async () => {
    const passkey = new SoftwarePasskey(ORIGIN)
    expect(await register(passkey, { type: 'webauthn.get' })).toBeNull()
    const made = await register(passkey)
    expect(await signIn(passkey, made?.publicKey ?? '', { type: 'webauthn.create' })).toBeNull()
  })

  it('is refused with the key of another passkey', async () => {
    const made = await register(new SoftwarePasskey(ORIGIN))
    expect(await signIn(new SoftwarePasskey(ORIGIN), made?.publicKey ?? '')).toBeNull()
    expect(await signIn(new SoftwarePasskey(ORIGIN), 'AAAA')).toBeNull()
  })

  it('is refused for a name that is not the signed one, and for keys nobody asked for', async () => {
    const other = new SoftwarePasskey(ORIGIN).id
    expect(await register(new SoftwarePasskey(ORIGIN), { id: other })).toBeNull()
    expect(await register(new SoftwarePasskey(ORIGIN), { algorithm: -48 })).toBeNull()
  })

  it.each(['packed', 'android-key', 'android-safetynet', 'apple', 'tpm', 'fido-u2f', 'strange'])(
    'SSRF: certificates of %s are not looked at',
    async (format) => {
      const statement = new Map<string, unknown>([
        ['alg', -7],
        ['sig', Buffer.alloc(8)],
        ['x5c', [Buffer.alloc(16)]],
      ])
      const passkey = new SoftwarePasskey(ORIGIN)
      expect(await register(passkey, { format, statement })).toBeNull()
    },
  )

  it('is read strictly', () => {
    const answer = new SoftwarePasskey(ORIGIN).get({ challenge: 'x', rpId: 'localhost' })
    const response = answer['response'] as object
    const refused = [
      null,
      undefined,
      7,
      '',
      '{',
      '[]',
      'null',
      {},
      { ...answer, id: `${String(answer['id'])}=` },
      { ...answer, id: 'A'.repeat(1366), rawId: undefined },
      { ...answer, rawId: 'AAAA' },
      { ...answer, type: 'password' },
      { ...answer, response: null },
      { ...answer, response: { ...response, signature: '+/==' } },
      { ...answer, response: { ...response, signature: 'A'.repeat(1400) } },
      { ...answer, response: { ...response, userHandle: 7 } },
      { ...answer, response: { ...response, clientDataJSON: '' } },
      // The same bytes, spelt otherwise.
      { ...answer, id: 'AB', rawId: 'AB' },
    ]
    for (const value of refused) {
      expect(() => given(signedCredential, value), JSON.stringify(value)).toThrow('refused')
    }
    expect(given(signedCredential, answer)).toMatchObject({ id: answer['id'] })
  })
})
