import { describe, expect, it } from 'vitest'
import { Secret } from '../../../index.ts'
import { readProviders } from './known-providers.ts'
import { oidcProvider, valuesOfProvider } from './oidc-provider.ts'

const GOOD = { issuer: 'https://accounts.example.com', clientId: 'shop' }

describe('oidcProvider()', () => {
  it.each([
    [{ ...GOOD, issuer: 'accounts.example.com' }, 'issuer'],
    [{ ...GOOD, issuer: 'http://accounts.example.com' }, 'issuer'],
    [{ ...GOOD, issuer: 'https://user:pass@accounts.example.com' }, 'issuer'],
    [{ ...GOOD, issuer: 'https://accounts.example.com/?a=1' }, 'issuer'],
    [{ ...GOOD, issuer: 'https://accounts.example.com/#a' }, 'issuer'],
    [{ ...GOOD, issuer: 'https://accounts.example.com?' }, 'must have no query'],
    [{ ...GOOD, issuer: 'https://accounts.example.com\n' }, 'must have no spaces'],
    [{ ...GOOD, issuer: `${GOOD.issuer}/.well-known/openid-configuration` }, 'the name itself'],
    [{ ...GOOD, timeout: '0s' }, 'timeout must be a duration from 1ms'],
    [{ ...GOOD, timeout: '2h' }, 'timeout must be a duration from 1ms'],
    [{ ...GOOD, clientId: '' }, 'clientId'],
    [{ ...GOOD, clientSecret: '' }, 'clientSecret'],
    [{ ...GOOD, clientSecret: 12 }, 'clientSecret'],
    [{ ...GOOD, scopes: ['email profile'] }, 'scopes'],
    [{ ...GOOD, scopes: 'email' }, 'scopes'],
    [{ ...GOOD, trustsEmail: 'gmail.com' }, 'trustsEmail'],
    [{ ...GOOD, trustsEmail: [] }, 'trustsEmail'],
    [{ ...GOOD, trustsEmail: ['@gmail.com'] }, 'trustsEmail'],
    [{ ...GOOD, trustsEmail: ['Gmail.com'] }, 'trustsEmail'],
    [{ ...GOOD, trustsEmail: null }, 'trustsEmail'],
    [{ ...GOOD, timeout: 5 }, 'timeout'],
    [{ ...GOOD, kind: 'github' }, 'kind'],
    [{ clientId: 'shop' }, 'issuer'],
  ])('refuses %j', (options, word) => {
    expect(() => oidcProvider(options as never)).toThrow(word)
  })

  it('FND-38: prints no secret, and says none of a wrong one', () => {
    const secret = 'a secret that nobody reads'
    const provider = oidcProvider({ ...GOOD, clientSecret: new Secret(secret) })
    expect(JSON.stringify(provider)).not.toContain(secret)
    expect(valuesOfProvider(provider)?.clientSecret).toBe(secret)
    expect(() => oidcProvider({ ...GOOD, clientSecret: [secret] as never })).toThrow(
      expect.not.stringContaining(secret),
    )
  })
})

describe('the providers of an app', () => {
  const read = (given: object, env: Record<string, string> = {}, isDevelopment = true) =>
    readProviders(given as never, env, isDevelopment)

  it('refuses what oidcProvider did not make, and names that are no part of a path', () => {
    expect(() => read({ idp: GOOD })).toThrow('oidcProvider')
    expect(() => read({ idp: null })).toThrow('oidcProvider')
    for (const name of ['', 'A', 'a/b', '..', 'a'.repeat(33), '1', '__proto__x']) {
      expect(() => read({ [name]: oidcProvider(GOOD) })).toThrow('providers must be named')
    }
  })

  it('asks without TLS on this machine alone, and in development alone', () => {
    const idp = oidcProvider({ ...GOOD, issuer: 'http://localhost:9000' })
    expect(read({ idp }).size).toBe(1)
    expect(() => read({ idp }, {}, false)).toThrow("the provider 'idp' must be https")
  })

  it('S-ENV-1: takes Google and Microsoft from the environment', () => {
    const google = {
      TREFOIL_AUTH_GOOGLE_CLIENT_ID: 'g',
      TREFOIL_AUTH_GOOGLE_CLIENT_SECRET: 'secret of google',
    }
    const ms = {
      TREFOIL_AUTH_MS_CLIENT_ID: 'm',
      TREFOIL_AUTH_MS_CLIENT_SECRET: 'secret of microsoft',
      TREFOIL_AUTH_MS_TENANT: 'b9419818-09af-49c2-b0c3-653adc1f376e',
    }
    const all = read({}, { ...google, ...ms }, false)
    expect([...all.keys()]).toEqual(['google', 'ms'])
    expect(all.get('google')).toMatchObject({
      issuer: 'https://accounts.google.com',
      clientId: 'g',
      trustsEmail: ['gmail.com', 'googlemail.com'],
    })
    expect(all.get('ms')).toMatchObject({
      issuer: 'https://login.microsoftonline.com/b9419818-09af-49c2-b0c3-653adc1f376e/v2.0',
      trustsEmail: false,
    })
    expect(read({ google: oidcProvider(GOOD) }, google).get('google')?.clientId).toBe('shop')
    expect(read({}, {}).size).toBe(0)
    expect(() => read({}, { TREFOIL_AUTH_GOOGLE_CLIENT_ID: 'g' })).toThrow(
      'TREFOIL_AUTH_GOOGLE_CLIENT_SECRET',
    )
    for (const tenant of ['', 'common', 'Organizations', 'consumers', '../x']) {
      expect(() => read({}, { ...ms, TREFOIL_AUTH_MS_TENANT: tenant })).toThrow(
        'TREFOIL_AUTH_MS_TENANT',
      )
    }
  })
})
