import { describe, expect, it } from 'vitest'
import { accountsProblems } from '../accounts-problems.ts'
import { FORM_PROBLEMS } from './form-problems.ts'
import { DE } from './texts/de.ts'
import { EN } from './texts/en.ts'
import { weakPasswordText } from './weak-password.ts'

it('S-PWD-2: each reason has its words, and what nobody knows is left out', () => {
  const problem = accountsProblems.problem('password_weak', {
    details: { reasons: ['min_length(15)', 'breached_password', '__proto__', '<script>', 7] },
  })
  const say = (name: keyof typeof EN, { count = '' } = {}) => EN[name].replace('{count}', count)
  expect(weakPasswordText(problem, say)).toBe(
    `${EN.p_weak} It needs at least 15 characters. ${EN.p_weak_breached_password}`,
  )
})

describe('the texts of pages', () => {
  it('have the same places in both languages', () => {
    const places = (text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort()
    for (const [name, text] of Object.entries(EN)) {
      expect([name, places(DE[name as keyof typeof DE])]).toEqual([name, places(text)])
    }
  })

  it('has words for each problem that a person can meet', () => {
    const ofOperators = [
      'account_not_found',
      'account_exists',
      'account_without_address',
      'unknown_role',
      'operator_outranked',
      'own_account',
    ]
    const ofPrograms = ['missing_refresh_token', 'invalid_refresh_token', 'MFA_REQUIRED']
    const known = Object.keys(FORM_PROBLEMS)
    const silent = Object.keys(accountsProblems.rows).filter((code) => !known.includes(code))
    expect(silent.filter((code) => ![...ofOperators, ...ofPrograms].includes(code))).toEqual([])
  })

  it('has the words it names', () => {
    for (const said of Object.values(FORM_PROBLEMS)) {
      const key = typeof said === 'string' ? said : said.text
      expect(EN).toHaveProperty([key.replace('accounts.', '')])
    }
  })
})
