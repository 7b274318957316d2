import { describe, expect, test } from 'vitest'
import { Problem } from '../../contract/problems/problem.ts'
import { checkToken, givenCredentials, localCredentials, sentTrace } from './credentials.ts'

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

describe('the trace of a command is that of the program that started it', () => {
  const TRACEPARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

  test('TRACEPARENT and TRACESTATE go along, local and remote; a header that was typed wins', () => {
    const env = { TRACEPARENT, TRACESTATE: 'rojo=1' }
    expect(sentTrace(env)).toEqual({ traceparent: TRACEPARENT, tracestate: 'rojo=1' })
    expect(localCredentials({}, env)).toEqual(['traceparent', TRACEPARENT, 'tracestate', 'rojo=1'])
    const typed = localCredentials({ header: ['TraceParent: own'] }, env)
    expect(typed.filter((_, index) => typed[index - 1] === 'traceparent')).toEqual(['own'])
  })

  test.each([{}, { TRACEPARENT: '' }, { TRACEPARENT: 'x' }, { TRACESTATE: 'rojo=1' }])(
    'what is no trace is not sent: %o',
    (env) => {
      expect(sentTrace(env)).toEqual({})
      expect(localCredentials({}, env)).toEqual([])
    },
  )

  test('a state that no header could carry is left out', () => {
    expect(sentTrace({ TRACEPARENT, TRACESTATE: 'a\nb: 1' })).toEqual({ traceparent: TRACEPARENT })
  })
})
