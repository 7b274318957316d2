import { afterEach, expect, test, vi } from 'vitest'
import { discoveredIssuer, discoverKeys } from './discovery.ts'
import { fetchDocument } from './fetch-document.ts'

afterEach(() => vi.unstubAllGlobals())

/** The network, as far as these tests go: what is asked for is never sent. */
function answering(members: object): { readonly asked: [URL, RequestInit][] } {
  const asked: [URL, RequestInit][] = []
  vi.stubGlobal('fetch', async (url: URL, init: RequestInit) => {
    asked.push([url, init])
    return new Response(JSON.stringify(members))
  })
  return { asked }
}

const issuer = 'https://issuer.example'

test('P-JWKS-1: keys at another host are fine', async () => {
  answering({ issuer, jwks_uri: 'https://keys.example/jwks' })
  expect(String(await discoverKeys(discoveredIssuer(issuer), 1000))).toBe(
    'https://keys.example/jwks',
  )
})

test.each([
  'https://169.254.169.254/latest/meta-data',
  'https://10.0.0.1/jwks',
  'https://localhost/jwks',
  'http://localhost/jwks',
  'https://[::ffff:127.0.0.1]/jwks',
  'https://2130706433/jwks',
])('JWT-4: an issuer outside must not send us to %s', async (address) => {
  const { asked } = answering({ issuer, jwks_uri: address })
  await expect(discoverKeys(discoveredIssuer(issuer), 1000)).rejects.toThrow('inside of a network')
  expect(asked).toHaveLength(1)
})

test('JWT-4: an issuer inside may have its keys there', async () => {
  answering({ issuer: 'https://10.0.0.1', jwks_uri: 'https://10.0.0.2/jwks' })
  const keys = await discoverKeys(discoveredIssuer('https://10.0.0.1'), 1000)
  expect(String(keys)).toBe('https://10.0.0.2/jwks')
})

test('what is asked for carries no credentials and follows nothing', async () => {
  const { asked } = answering({})
  await fetchDocument(new URL(issuer), 1000)
  expect(asked[0]?.[1]).toMatchObject({ redirect: 'manual', credentials: 'omit' })
  expect(Object.keys(asked[0]?.[1].headers ?? {})).toEqual(['accept'])
})
