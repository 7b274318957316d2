// MFA-1: one function begins login sessions, and the gate of second factors is in it.
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

const SESSIONS = 'features/accounts/sessions/make-login-sessions.ts'

test('MFA-1: login sessions are stored, and their tokens made, in one place', () => {
  expect(filesWith(/\bsqlLoginSessions\(/)).toEqual([SESSIONS, 'stores/sql/sql-login-sessions.ts'])
  expect(filesWith(/#sessions\.add\(|\bsessions\.add\(/)).toEqual([SESSIONS])
  expect(filesWith(/makeToken\('cookie'/)).toEqual([SESSIONS])
  // Renewing makes tokens as well: of a session that there is.
  expect(filesWith(/makeToken\('access'/)).toEqual(['features/accounts/sessions/refreshing.ts'])
  expect(filesWith(/families\.add\(/)).toEqual(['features/accounts/sessions/refreshing.ts'])
})

test('MFA-1: it asks the gate before it makes anything, and takes no answer but a pass', () => {
  const [, text = ''] = sources.find(([file]) => file === SESSIONS) ?? []
  const begin = text.slice(text.indexOf('async begin('), text.indexOf('async refresh('))
  const gate = begin.indexOf('await this.#passed(call, signIn)')
  expect(gate).toBeGreaterThan(0)
  for (const made of ['makeSessionId', 'makeToken', '#add(', '.issue(', '.start(', 'reply(']) {
    expect(begin.indexOf(made), made).toBeGreaterThan(gate)
  }
  expect(text.match(/this\.#add\(/g)).toHaveLength(2)
  expect(text.match(/#parts\.gate\.hold\(/g)).toHaveLength(1)
})

test('MFA-1: the gate alone makes a pass, for what it was asked, what is kept and what was finished', () => {
  expect(filesWith(/\bnew GatePass\b/)).toEqual(['features/accounts/mfa/mfa-gate.ts'])
  expect(filesWith(/\bmfa\.finish\(/)).toEqual(['features/accounts/mfa/finish-login.ts'])
  // Each of them has been let in by a session: `signedIn`.
  for (const file of filesWith(/\bmfa\.keep\(/)) {
    const [, text = ''] = sources.find(([one]) => one === file) ?? []
    expect(text, file).toMatch(/\bsignedIn\(|: SignedIn\b/)
  }
})
