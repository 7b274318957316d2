// SW-09: a password is set by what the gate accepted and hashed, and by nothing else. The compiler holds most of it:
// `NewPassword` has a private constructor. What it cannot see stands here.
import { expect, test } from 'vitest'
import { readSources } from './read-sources.ts'

const sources = [...readSources()].filter(([file]) => !/\.(?:test|md)/.test(file))

/** Files in which a line of code, no comment, has it. */
function filesWith(pattern: RegExp): readonly string[] {
  return sources.flatMap(([file, text]) => {
    const code = text.replace(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, '')
    return pattern.test(code) ? [file] : []
  })
}

test('SW-09: the gate alone makes a new password', () => {
  expect(filesWith(/\bnew NewPassword\b/)).toEqual(['features/accounts/passwords/password-gate.ts'])
  const [, gate = ''] = sources.find(([file]) => file.endsWith('/password-gate.ts')) ?? []
  expect(gate).toMatch(/private constructor\(phc/)
  // Made after the policy was asked, or of one that was right just now.
  expect(gate.match(/\bmade\(/g)).toHaveLength(2)
})

test('SW-09: hashes are made and compared by the gate alone, and by one library', () => {
  expect(filesWith(/\bnew PasswordHasher\b/)).toEqual(['features/accounts/passwords/make-gate.ts'])
  expect(filesWith(/'@node-rs\/argon2'/)).toEqual(['identity/password/password-hasher.ts'])
  expect(filesWith(/\b(?:scrypt|pbkdf2|bcrypt)\w*\(/i)).toEqual([])
})

test('SW-09: statements that write a password stand in two files, and take what the gate made', () => {
  const writes = /(?:insert into|update) trefoil_account\w*[^;`']*\bpassword\b|\bset\('password'/
  expect(filesWith(writes).toSorted()).toEqual([
    'features/accounts/account-store.ts',
    'features/accounts/challenge-store.ts',
  ])
  // A pending registration was accepted when it was written: what reads one, reads a row.
  expect(filesWith(/\bpassword: (?:call|body|input|fields|argument)\w*\.password\b/)).toEqual([])
})

test('S-PWD-2, SW-11: the words of the policy stand in one place', () => {
  expect(filesWith(/'(?:missing_(?:upper|lower|digit|symbol)|common_password)'/)).toEqual([
    'identity/password/password-policy.ts',
  ])
})
