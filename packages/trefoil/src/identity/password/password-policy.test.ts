import { describe, expect, test } from 'vitest'
import { isCommonPassword } from './common-passwords.ts'
import { type PasswordReason, passwordPolicy } from './password-policy.ts'

const classic = passwordPolicy({ preset: 'classic' }, isCommonPassword)
const nist = passwordPolicy({}, isCommonPassword)

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

test('options and variables: TREFOIL_AUTH_PASSWORD_MIN_LENGTH and its like (S-ENV-3)', () => {
  const env = {
    TREFOIL_AUTH_PASSWORD_PRESET: 'classic',
    TREFOIL_AUTH_PASSWORD_MIN_LENGTH: '20',
    TREFOIL_AUTH_PASSWORD_REQUIRE_SYMBOL: 'false',
    TREFOIL_AUTH_PASSWORD_BREACH_CHECK: 'off',
  }
  const policy = passwordPolicy({}, isCommonPassword, env)
  expect(policy.reasons('NoSymbols1234')).toEqual(['min_length(20)'])
  expect(policy.breachCheck).toBe(false)
  expect(() => passwordPolicy({ minLength: 4 }, isCommonPassword)).toThrow('minLength')
})
