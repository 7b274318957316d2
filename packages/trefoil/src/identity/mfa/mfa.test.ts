import { encode } from 'uqr'
import { expect, test } from 'vitest'
import { maskAddress } from './mask-address.ts'
import { qrCode } from './qr-code.ts'
import { newRecoveryCodes, readRecoveryCode } from './recovery-codes.ts'
import { newTotpSecret, otpauthUrl, readTotpCode, totpStepAt, totpStepOf } from './totp.ts'

const SECRET = 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ'

test.each([
  [59, '287082'],
  [1_111_111_109, '081804'],
  [1_111_111_111, '050471'],
  [1_234_567_890, '005924'],
  [2_000_000_000, '279037'],
  [1_700_000_000, '921300'],
])('V-10: at %i s the code is %s', async (seconds, code) => {
  const now = seconds * 1000
  expect(await totpStepOf(SECRET, code, now)).toBe(totpStepAt(now))
  expect(totpStepAt(now)).toBe(Math.floor(seconds / 30))
})

test('V-10, S-MFA-2: the step before and the one after are taken, and none beyond', async () => {
  const now = 1_700_000_000_000
  const step = totpStepAt(now)
  expect(await totpStepOf(SECRET, '276857', now)).toBe(step - 1)
  expect(await totpStepOf(SECRET, '732303', now)).toBe(step + 1)
  for (const [by, codes] of [
    [60_000, ['276857', '921300']],
    [-60_000, ['921300', '732303']],
  ] as const) {
    for (const code of codes) expect(await totpStepOf(SECRET, code, now + by)).toBeNull()
  }
  // The beginning of time has no step before it.
  expect(await totpStepOf(SECRET, '755224', 0)).toBe(0)
})

test('S-MFA-2: a code is six digits, in whatever groups, and nothing else', () => {
  expect(readTotpCode(' 921 300')).toBe('921300')
  expect(readTotpCode('921-300\u00a0')).toBe('921300')
  for (const typed of ['', '92130', '9213000', '٩٢١٣٠٠', '92130o', '0x1234', '+92130']) {
    expect(readTotpCode(typed)).toBeNull()
  }
})

test('a secret has 160 bits, 32 characters; the address names who and whose, and nothing else gets into it', async () => {
  const secrets = await Promise.all(Array.from({ length: 20 }, () => newTotpSecret()))
  for (const secret of secrets) expect(secret).toMatch(/^[A-Z2-7]{32}$/)
  expect(new Set(secrets).size).toBe(20)
  const url = new URL(
    await otpauthUrl(SECRET, { issuer: 'Shop: ?&#\u202e', account: 'ada@example.com&secret=AAAA' }),
  )
  expect(url.protocol).toBe('otpauth:')
  expect(url.searchParams.getAll('secret')).toEqual([SECRET])
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    issuer: 'Shop  ?&#',
    algorithm: 'SHA1',
    digits: '6',
    period: '30',
  })
  expect(decodeURIComponent(url.pathname)).toMatch(/\/Shop {2}\?&#:ada@example.com&secret=AAAA$/)
  const odd = await otpauthUrl(SECRET, { issuer: '\u0000', account: '😀'.repeat(60) })
  expect(() => decodeURIComponent(odd)).not.toThrow()
})

test('a QR code is an image without style and script, that loads nothing', async () => {
  const url = await otpauthUrl(SECRET, { issuer: 'Shop', account: 'ada@example.com' })
  const svg = await qrCode(url)
  expect(svg).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox=/)
  expect(svg.length).toBeLessThan(9000)
  // Every module that is dark, and no other: as the library says.
  const { data, size } = encode(url, { border: 4, ecc: 'M' })
  const drawn = data.map((row) => row.map(() => false))
  for (const [, x, y, width] of svg.matchAll(/M(\d+) (\d+)h(\d+)v1h/g)) {
    for (let at = 0; at < Number(width); at++) (drawn[Number(y)] ?? [])[Number(x) + at] = true
  }
  expect(drawn).toEqual(data)
  expect(svg).toContain(`viewBox="0 0 ${size} ${size}"`)
  expect(svg).not.toMatch(/style|script|href|url\(|<image|<foreignObject|on\w+=/i)
})

test('S-MFA-3, MFA-5: recovery codes are so many, so long, all different, and typed as people type', () => {
  const codes = newRecoveryCodes(8, 10)
  expect(new Set(codes).size).toBe(8)
  for (const code of codes) {
    expect(code).toMatch(/^[0-9a-z]{10}$/)
    expect(readRecoveryCode(code)).toBe(code)
    expect(readRecoveryCode(` ${code.slice(0, 5)}-${code.slice(5).toUpperCase()} `)).toBe(code)
  }
  expect(readRecoveryCode('OIL0000000')).toBe('0110000000')
  // Never what a code of an app looks like, so that what is typed says what is done for it.
  for (const typed of ['', '921300', 'a'.repeat(7), 'a'.repeat(33), 'uuuuuuuuuu', 'aaaaaaaaaé']) {
    expect(readRecoveryCode(typed)).toBeNull()
  }
})

test.each([
  ['a@x.io', '*@x.io'],
  ['ab@x.io', 'a*@x.io'],
  ['abc@x.io', 'a*c@x.io'],
  ['tester@example.com', 't****r@example.com'],
  ['"a@b"@x.io', '"***"@x.io'],
  ['😀😀😀@x.io', '😀*😀@x.io'],
])('V-15, S-MFA-4: %s is shown as %s', (address, masked) => {
  expect(maskAddress(address)).toBe(masked)
})
