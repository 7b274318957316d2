import { describe, expect, test } from 'vitest'
import { Problem } from '../../contract/problems/problem.ts'
import { checkToken, givenCredentials, localCredentials } from './credentials.ts'

function reasonOf(run: () => unknown): string {
  try {
    run()
  } catch (error) {
    if (error instanceof Problem && error.code === 'cli_usage') return error.detail
    throw error
  }
  return 'nothing was thrown'
}

describe('CLI-4: credentials of a command', () => {
  test('a token becomes a bearer header; other headers come along in lower case', () => {
    const flags = { token: 't', header: ['X-Tenant: acme', 'x-empty:'] }
    expect(givenCredentials(flags)).toEqual({
      token: 't',
      headers: { 'x-tenant': 'acme', 'x-empty': '' },
    })
    expect(localCredentials(flags, {})).toEqual([
      'x-tenant',
      'acme',
      'x-empty',
      '',
      'authorization',
      'Bearer t',
    ])
  })

  test('APP-6: TREFOIL_TOKEN stands in for --token, locally only', () => {
    const env = { TREFOIL_TOKEN: 'from-env' }
    expect(localCredentials({}, env)).toEqual(['authorization', 'Bearer from-env'])
    expect(localCredentials({ token: 'given' }, env)).toEqual(['authorization', 'Bearer given'])
    expect(localCredentials({ header: ['Authorization: Basic x'] }, env)).toEqual([
      'authorization',
      'Basic x',
    ])
    expect(localCredentials({}, { TREFOIL_TOKEN: '' })).toEqual([])
    expect(givenCredentials({})).toEqual({ token: undefined, headers: {} })
  })

  test.each([
    [{ token: '' }, /must not be empty/],
    [{ token: '  ' }, /must not be empty/],
    [{ token: 'a b' }, /printable ASCII/],
    [{ token: 'a\r\nx-admin: 1' }, /printable ASCII/],
    [{ token: 't', header: ['authorization: x'] }, /Use either --token or/],
    [{ header: ['novalue'] }, /'Name: value'/],
    [{ header: [': value'] }, /'Name: value'/],
    [{ header: ['a b: c'] }, /'Name: value'/],
    [{ header: ['a: b\r\nx-admin: 1'] }, /'Name: value'/],
    [{ header: ['a: ж'] }, /'Name: value'/],
    [{ header: ['A: 1', 'a: 2'] }, /given twice/],
  ])('%j is refused', (flags, reason) => {
    expect(reasonOf(() => givenCredentials(flags))).toMatch(reason)
  })

  test('CLI-18: the message never shows the token', () => {
    expect(reasonOf(() => checkToken('top secret', '--token'))).not.toContain('secret')
  })
})
