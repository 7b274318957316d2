import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { splitToken } from './compact-token.ts'
import { hs256Verifier } from './hs256.ts'

const secrets = ['a', 'b'].map((letter) => Buffer.from(letter.repeat(32)))
const [current = Buffer.alloc(0), previous = Buffer.alloc(0)] = secrets
const verify = hs256Verifier(secrets)

function verdict(signature: string): boolean {
  const token = splitToken(`h.p.${signature}`)
  return token !== null && verify(token)
}

const mac = (secret: Uint8Array, text = 'h.p', hash = 'sha256') =>
  createHmac(hash, secret).update(text).digest()

test('AUTH-9: any key of the ring', () => {
  for (const secret of [current, previous])
    expect(verdict(mac(secret).toString('base64url'))).toBe(true)
})

test('RFC 7515 A.1: the signature of the standard', () => {
  const key =
    'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow'
  const token = splitToken(
    'eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk',
  )
  expect(token !== null && hs256Verifier([Buffer.from(key, 'base64url')])(token)).toBe(true)
})

const good = mac(current).toString('base64url')
test.each([
  ['none', ''],
  ['of another key', mac(Buffer.from('c'.repeat(32))).toString('base64url')],
  ['over another text', mac(current, 'h.q').toString('base64url')],
  ['of another hash', mac(current, 'h.p', 'sha512').toString('base64url')],
  ['cut short', good.slice(0, -1)],
  ['cut to the length that hexadecimal has', mac(current).toString('hex').slice(0, 43)],
  ['with padding', `${good}=`],
  ['with white space', `${good.slice(0, -1)} `],
  ['with other unused bits', good.slice(0, -1) + String.fromCharCode(good.charCodeAt(42) + 1)],
  // 0x141 and `A` end in the same byte: read by bytes, both would be the same letter.
  [
    'with letters beyond bytes',
    good.replace(/[A-Z]/, (a) => String.fromCharCode(a.charCodeAt(0) + 0x100)),
  ],
  ['of the right length in characters, not in bytes', '€'.repeat(43)],
])('PW-18: a signature %s is none of ours', (_, signature) => {
  expect(signature).not.toBe(good)
  expect(verdict(signature)).toBe(false)
})
