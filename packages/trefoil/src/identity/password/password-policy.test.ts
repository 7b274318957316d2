import { afterEach, describe, expect, test, vi } from 'vitest'
import { PasswordPolicy, type PasswordReason } from './password-policy.ts'

const classic = new PasswordPolicy({ preset: 'classic' })
const nist = new PasswordPolicy()

afterEach(() => {
  vi.unstubAllEnvs()
})

describe('V-07, S-PWD-2: the reasons of the source, in its order', () => {
  const rows: readonly (readonly [string, readonly PasswordReason[]])[] = [
    ['', ['min_length(12)', 'missing_upper', 'missing_lower', 'missing_digit', 'missing_symbol']],
    [
      'password',
      ['min_length(12)', 'missing_upper', 'missing_digit', 'missing_symbol', 'common_password'],
    ],
    ['Short7!', ['min_length(12)']],
    ['alllowercase!!!', ['missing_upper', 'missing_digit']],
    ['ALLUPPER123!!!', ['missing_lower']],
    ['NoDigitsHere!!', ['missing_digit']],
    ['NoSymbols1234', ['missing_symbol']],
    ['Qwerty-2024-Spring', ['common_password']],
    ['Administrator1!', ['common_password']],
    ['Superadmin99!!', ['common_password']],
    ['😀'.repeat(12), ['missing_upper', 'missing_lower', 'missing_digit', 'missing_symbol']],
    ['ValidPass123!', []],
    ['Ünïcödé-Pass1', []],
    ['aaaaaaaaaaA1!', []],
  ]
  test.each(rows)('%s', (password, reasons) => {
    expect(classic.reasons(password)).toEqual(reasons)
  })
})

describe('SW-11: nist, the default', () => {
  const rows: readonly (readonly [string, readonly string[], readonly PasswordReason[]])[] = [
    ['correct horse battery staple', [], []],
    ['ein ganz anderer Satz', [], []],
    ['short', [], ['min_length(15)', 'common_password']],
    ['P@ssw0rd!1234567', [], ['common_password']],
    ['Administrator1!!', [], ['common_password']],
    ['aaaaaaaaaaaaaaaa', [], ['common_password', 'repetitive_password']],
    ['abcdefghijklmnop', [], ['common_password', 'repetitive_password']],
    ['xk3#xk3#xk3#xk3#', [], ['repetitive_password']],
    ['iloveyouiloveyou', [], ['repetitive_password']],
    ['Summer2024Summer2024', [], ['repetitive_password']],
    ['marielle.okonkwo1987', ['marielle.okonkwo@example.com'], ['contains_context']],
    ['M@r1elle0konkw0!', ['Marielle Okonkwo'], ['contains_context']],
    ['storefront-1234567', ['storefront'], ['contains_context']],
  ]
  test.each(rows)('%s beside %j', (password, context, reasons) => {
    expect(nist.reasons(password, context)).toEqual(reasons)
  })
})

test('PWD-4: what is too long is refused before anything else is looked at', () => {
  expect(nist.reasons('x'.repeat(1025))).toEqual(['max_bytes(1024)'])
  // One character that becomes eighteen.
  expect(nist.reasons('ﷺ'.repeat(341))).toEqual(['max_bytes(1024)'])
  expect(nist.reasons('\ud83d and half a character')).toEqual(['malformed_text'])
})

test('S-PWD-3: ASCII alone counts as a letter or a digit, and every ASCII sign as a symbol (SW-11)', () => {
  for (const symbol of '!@#$%^&*()_+=-{}[]:;,.?/"\'<>~|\\`') {
    expect(classic.reasons(`ValidWord123${symbol}`)).toEqual([])
  }
  expect(classic.reasons('ValidWord123§')).toEqual(['missing_symbol'])
  expect(classic.reasons('ÜÄÖvalidword12!')).toEqual(['missing_upper'])
  expect(classic.reasons('ValidWord١٢٣!!')).toEqual(['missing_digit'])
})

test('S-PWD-4: words of the source, anywhere, in any case', () => {
  for (const word of ['PassWord', '123456', 'QWERTY', 'LetMeIn', 'aDmIn']) {
    expect(classic.reasons(`Xy9!${word}#Zz8z`)).toContain('common_password')
  }
})

test('S-PWD-1, S-ENV-3: TREFOIL_AUTH_PASSWORD_MIN_LENGTH and its like, for either preset', () => {
  vi.stubEnv('TREFOIL_AUTH_PASSWORD_MIN_LENGTH', '12')
  vi.stubEnv('TREFOIL_AUTH_PASSWORD_REQUIRE_SYMBOL', 'True')
  vi.stubEnv('TREFOIL_AUTH_PASSWORD_BREACH_CHECK', 'off')
  const page = new PasswordPolicy()
  expect(page.reasons('nosymbolsinit')).toEqual(['missing_symbol'])
  expect(page.reasons('one-symbol-in-it')).toEqual([])
  expect(page.breach).toBeNull()
  vi.stubEnv('TREFOIL_AUTH_PASSWORD_PRESET', 'classic')
  vi.stubEnv('TREFOIL_AUTH_PASSWORD_REQUIRE_SYMBOL', 'false')
  expect(new PasswordPolicy({ minLength: 20 }).reasons('NoSymbols1234')).toEqual(['min_length(20)'])
  vi.stubEnv('TREFOIL_AUTH_PASSWORD_MIN_LENGTH', '4')
  expect(() => new PasswordPolicy()).toThrow('TREFOIL_AUTH_PASSWORD_MIN_LENGTH')
})

test('PWD-1: 15 code points by default, up to 128 may be asked for, and no composition', () => {
  expect(nist.minLength).toBe(15)
  expect(nist.reasons('vqzklmwptrxbnd')).toEqual(['min_length(15)'])
  expect(nist.reasons('vqzklmwptrxbndf')).toEqual([])
  expect(nist.reasons('жжжvqzklmwptrxb')).toEqual([])
  const wrong: readonly (readonly [object, string])[] = [
    [{ minLength: 7 }, 'minLength'],
    [{ minLength: '12' }, 'minLength'],
    [{ requireSymbol: 'true' }, 'requireSymbol'],
    [{ preset: 'strict' }, 'preset'],
    [{ breach: {} }, 'breach'],
    [{ context: 'store' }, 'context'],
    [{ minlength: 12 }, "'minLength'"],
  ]
  for (const [options, name] of wrong) expect(() => new PasswordPolicy(options)).toThrow(name)
})

test('counted and compared as NFKC, so that two keyboards mean the same', () => {
  expect(nist.reasons('ｐａｓｓｗｏｒｄ')).toContain('common_password')
  expect(new PasswordPolicy({ minLength: 8 }).reasons('e\u0301'.repeat(7))).toContain(
    'min_length(8)',
  )
})

test('words of the app are context as well', () => {
  const policy = new PasswordPolicy({ context: ['Storefront'] })
  expect(policy.reasons('storefront-1234567')).toEqual(['contains_context'])
})

test('what a policy prints, and what it is, cannot be changed', () => {
  expect(JSON.stringify(nist)).toBe('{"minLength":15,"breachCheck":true}')
  expect(Object.isFrozen(nist)).toBe(true)
  expect(Object.isFrozen(PasswordPolicy.prototype)).toBe(true)
})
