// HS256 tokens by hand, with nothing but WebCrypto: what checks them is the framework alone.
export const SECRET = 'a secret of the probe, long enough for HS256'
export const ISSUER = 'https://login.example.com'
export const AUDIENCE = 'probe'

const encoder = new TextEncoder()

/** @param claims on top of, or in place of, those of a good token */
export async function token(claims = {}, secret = SECRET) {
  const now = Math.floor(Date.now() / 1000)
  const payload = {
    ...{ sub: 'user_1', iss: ISSUER, aud: AUDIENCE, exp: now + 60, scope: 'me:read' },
    ...claims,
  }
  const signed = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(payload)}`
  const key = await crypto.subtle.importKey(
    'raw',
    encoder.encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  )
  const signature = await crypto.subtle.sign('HMAC', key, encoder.encode(signed))
  return `${signed}.${base64url(new Uint8Array(signature))}`
}

function encode(value) {
  return base64url(encoder.encode(JSON.stringify(value)))
}

function base64url(bytes) {
  const text = btoa(String.fromCharCode(...bytes))
  return text.replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
