// Who attacks: anybody who can write a JWT. What they would win: any identity, or one for ever.
import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CALLERS, encode, forge, KEY, NOW } from '../parity/tokens.ts'
import { type Attacked, attacked, seenOf } from './attacked-app.ts'

let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

const [head = '', claims = '', mac = ''] = forge().split('.')

function unsigned(alg: string, signature = ''): string {
  return `${encode({ alg, typ: 'JWT' })}.${claims}.${signature}`
}

function rsaSigned(): string {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const jwk = publicKey.export({ format: 'jwk' })
  const start = `${encode({ alg: 'RS256', jwk })}.${claims}`
  return `${start}.${sign('sha256', Buffer.from(start), privateKey).toString('base64url')}`
}

const FORGED: readonly (readonly [string, string])[] = [
  ['alg none without a signature', unsigned('none')],
  ['alg none with the signature of another token', unsigned('none', mac)],
  ['alg None', unsigned('None')],
  ['alg missing', `${encode({ typ: 'JWT' })}.${claims}.${mac}`],
  ['alg HS512 with the right key', forge({ header: { alg: 'HS512' }, digest: 'sha512' })],
  ['alg says HS512, signature is HS256', forge({ header: { alg: 'HS512' } })],
  ['alg RS256, signed with the secret', forge({ header: { alg: 'RS256' } })],
  ['alg RS256 with its own public key in the head', rsaSigned()],
  ['empty signature', `${head}.${claims}.`],
  ['signature cut short', `${head}.${claims}.${mac.slice(0, -4)}`],
  ['claims exchanged', `${head}.${encode({ sub: 'root', exp: NOW + 9 })}.${mac}`],
  ['no exp', forge({ claims: { exp: undefined } })],
  ['exp null', forge({ claims: { exp: null } })],
  ['exp as text', forge({ claims: { exp: String(NOW + 9) } })],
  ['exp now (X-08)', forge({ claims: { exp: NOW } })],
  ['nbf in the future', forge({ claims: { nbf: NOW + 1 } })],
  ['crit with an unknown extension', forge({ header: { crit: ['x'], x: 1 } })],
  ['unencoded payload (b64)', forge({ header: { crit: ['b64'], b64: false } })],
  [
    'signed with the hash of the key',
    forge({ key: createHash('sha256').update(KEY).digest('hex') }),
  ],
  ['signed with no key', forge({ key: '' })],
  ['roles as an object', forge({ claims: { roles: { admin: true } } })],
  ['sub as a number', forge({ claims: { sub: 1 } })],
  ['sub empty', forge({ claims: { sub: '' } })],
  ['audience an empty list', forge({ claims: { aud: [] } })],
  ['four parts', `${forge()}.x`],
  ['too long to look at', `${head}.${'A'.repeat(15_000)}.${mac}`],
]

describe('P-JWT-4', () => {
  it.each(FORGED)('%s is refused on every surface', async (_, token) => {
    for (const [path, method] of [
      ['/orders/ord_1', 'GET'],
      ['/mcp/docs', 'GET'],
      ['/.well-known/trefoil-actions.json', 'GET'],
    ] as const) {
      const headers = { authorization: `Bearer ${token}` }
      const { status, text } = await seenOf(await fetch(target.url + path, { method, headers }))
      expect(status, `${path} ${text}`).toBe(401)
      expect(text).not.toContain(token)
    }
    expect(target.seen.opens).toBe(0)
  })

  it('PW-11 a token anywhere but in the header is no token', async () => {
    const token = CALLERS.admin ?? ''
    const tries: readonly (readonly [string, Record<string, string>])[] = [
      [`?access_token=${token}`, {}],
      [`?token=${token}&authorization=Bearer%20${token}`, {}],
      ['', { cookie: `authorization=Bearer ${token}; access_token=${token}` }],
      ['', { 'x-authorization': `Bearer ${token}`, 'x-access-token': token }],
      ['', { 'proxy-authorization': `Bearer ${token}` }],
      ['', { authorization: `Basic ${token}` }],
      ['', { authorization: token }],
      ['', { authorization: `Bearer  x ${token}` }],
    ]
    // Two in one header are refused before anybody asks which one counts (FND-25).
    const two = { authorization: `Bearer ${token}, Bearer ${token}` }
    expect((await fetch(`${target.url}/orders/o`, { headers: two })).status).toBe(400)
    for (const [search, headers] of tries) {
      const { status } = await seenOf(await fetch(`${target.url}/orders/o${search}`, { headers }))
      expect(status, JSON.stringify([search, Object.keys(headers)])).toBe(401)
    }
  })

  it('the genuine token passes, so the refusals above mean something', async () => {
    const headers = { authorization: `Bearer ${forge()}` }
    expect((await fetch(`${target.url}/orders/ord_1`, { headers })).status).toBe(200)
  })
})
