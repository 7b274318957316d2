import { expect, test } from 'vitest'
import type { JsonAnswer } from '../../outbound/ask-json.ts'
import { discoveredIssuer, discoverKeys } from './discovery.ts'

/** The network, as far as these tests go: what is asked for is never sent. */
function answering(value: JsonAnswer['value'], isInside = false) {
  const asked: string[] = []
  const fetch = async (url: URL): Promise<JsonAnswer> => {
    asked.push(url.href)
    return { value, isInside }
  }
  return { asked, fetch }
}

const issuer = 'https://issuer.example'

test('P-JWKS-1: keys at another host are fine, where its name leads outside', async () => {
  const { fetch } = answering({ issuer, jwks_uri: 'https://keys.example/jwks' })
  expect(await discoverKeys(discoveredIssuer(issuer), 1000, fetch)).toEqual({
    url: new URL('https://keys.example/jwks'),
    reach: 'outside',
  })
})

test.each([
  'https://169.254.169.254/latest/meta-data',
  'https://10.0.0.1/jwks',
  'https://localhost/jwks',
  'http://localhost/jwks',
  'https://[::ffff:127.0.0.1]/jwks',
  'https://2130706433/jwks',
])('JWT-4: an issuer outside must not send us to %s', async (address) => {
  const { asked, fetch } = answering({ issuer, jwks_uri: address })
  await expect(discoverKeys(discoveredIssuer(issuer), 1000, fetch)).rejects.toThrow(
    'inside of a network',
  )
  expect(asked).toEqual([`${issuer}/.well-known/openid-configuration`])
})

test('JWT-4: an issuer inside may have its keys there, by address or by where its name leads', async () => {
  const inside = answering({ issuer: 'https://10.0.0.1', jwks_uri: 'https://10.0.0.2/jwks' })
  const byAddress = discoverKeys(discoveredIssuer('https://10.0.0.1'), 1000, inside.fetch)
  expect(await byAddress).toEqual({ url: new URL('https://10.0.0.2/jwks'), reach: 'any' })
  const named = answering({ issuer, jwks_uri: 'https://10.0.0.2/jwks' }, true)
  expect((await discoverKeys(discoveredIssuer(issuer), 1000, named.fetch)).reach).toBe('any')
})
