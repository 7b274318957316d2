// What finishes a login is looked at in one place, counted, and used up by one statement; what it needs is loaded with it.
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

test('the libraries of codes and of pictures are loaded at first use, in one file each', () => {
  expect(filesWith(/'otpauth'/)).toEqual(['identity/mfa/totp.ts'])
  expect(filesWith(/'uqr'/)).toEqual(['identity/mfa/qr-code.ts'])
  expect(filesWith(/^import .*'(?:otpauth|uqr)'/m)).toEqual([])
})

test('MFA-4, SW-19: a step of the app and a recovery code are used up where they are looked at, and nowhere else', () => {
  expect(filesWith(/\brecovery\.use\(/)).toEqual(['features/accounts/mfa/prove-code.ts'])
  expect(filesWith(/\btotpStepOf\(/).toSorted()).toEqual([
    'features/accounts/mfa/enrol-totp.ts',
    'features/accounts/mfa/prove-code.ts',
    'identity/mfa/totp.ts',
  ])
  expect(filesWith(/\bproveCode\(/).length).toBeGreaterThan(2)
})

test('LOCK-5: whoever looks at a code does so within a try that is counted', () => {
  // `finishLogin` and `proveFactor` ask a proof within `locks.attempt`; who makes one hands it to them.
  for (const file of filesWith(/\bproveCode\(/)) {
    const [, text = ''] = sources.find(([name]) => name === file) ?? []
    if (file.endsWith('/prove-code.ts')) continue
    expect([file, /\b(?:finishLogin|proveFactor|stepUp)\(/.test(text)]).toEqual([file, true])
  }
  for (const file of ['finish-login', 'step-up']) {
    const [, text = ''] = sources.find(([name]) => name.endsWith(`/mfa/${file}.ts`)) ?? []
    expect(text.match(/proof\.check\(/g)).toHaveLength(1)
    expect(text.indexOf('locks.attempt(')).toBeLessThan(text.indexOf('proof.check('))
  }
})
