import { STATUS_CODES } from 'node:http'
import { describe, expect, test } from 'vitest'
import { problemBody } from '../../surfaces/agent/problem-body.ts'
import { AuthenticationError, HttpError, ImproperlyConfigured, Problem, refuse } from './problem.ts'
import { isProblemCode, PROBLEMS, problemRow } from './problems.ts'

describe('HttpError', () => {
  test.each([399, 600, 200, 404.5, Number.NaN, 0])('MW-11: status %d is refused', (status) => {
    expect(() => new HttpError(status)).toThrow(RangeError)
  })

  test('MW-11: status, public text and own code show; the table code stays', () => {
    const error = new HttpError(404, 'Order not found', { code: 'order_missing' })
    expect(error).toBeInstanceOf(Problem)
    expect(error).toMatchObject({
      status: 404,
      detail: 'Order not found',
      message: 'Order not found',
      code: 'http_error',
      publicCode: 'order_missing',
    })
  })

  test('MW-11: without status and text it is a 500 that says so', () => {
    const said = { status: 500, detail: 'Internal Server Error', publicCode: 'http_error' }
    expect(new HttpError()).toMatchObject(said)
  })

  test('MW-11: without text the detail is the reason phrase', () => {
    for (let status = 400; status < 600; status++) {
      // Node's table, but for one that RFC 9110 named anew and one that is too specific for it.
      const names: Readonly<Record<string, string | undefined>> = {
        ...STATUS_CODES,
        422: 'Unprocessable Content',
        509: undefined,
      }
      const other = status < 500 ? 'Client Error' : 'Server Error'
      const phrase = names[status] ?? other
      expect(new HttpError(status).detail).toBe(phrase)
      expect(new HttpError(status, '').detail).toBe(phrase)
    }
  })
})

describe('Problem', () => {
  test('X-11: what is not said comes from the table', () => {
    const problem = new Problem('approval_required')
    const row = PROBLEMS.approval_required
    expect(problem).toMatchObject({ status: 409, detail: row.text, fix: row.fix })
  })

  test('X-11: a cause is kept for the log and is no public member', () => {
    const cause = new Error('password is hunter2')
    const problem = new Problem('INTERNAL_ERROR', { cause, details: { hint: 'x' } })
    expect(problem.cause).toBe(cause)
    const body = problemBody(problem, { requestId: 'r1' })
    expect(JSON.stringify(body)).not.toContain('hunter2')
    expect(body).toEqual({
      hint: 'x',
      code: 'INTERNAL_ERROR',
      message: 'Internal Server Error',
      fix: PROBLEMS.INTERNAL_ERROR.fix,
      request_id: 'r1',
    })
  })

  test('X-11: details cannot take the place of the fixed members', () => {
    const problem = new Problem('not_found', { details: { code: 'forged', request_id: 'forged' } })
    expect(problemBody(problem, { requestId: 'r1' })).toMatchObject({
      code: 'not_found',
      request_id: 'r1',
    })
  })

  test('an authentication error keeps its reason apart from the public text', () => {
    const error = new AuthenticationError('Token expired')
    expect(error).toMatchObject({ status: 401, reason: 'Token expired', detail: 'Unauthorized' })
  })
})

test('W-54: a refusal has no stack trace, and later errors have theirs again', () => {
  const frames = (error: Error) => (error.stack ?? '').split('\n    at ').length - 1
  expect(frames(refuse('not_found'))).toBe(0)
  expect(frames(new Error('later'))).toBeGreaterThan(0)
})

test('APP-12: configuration mistakes are one class, and no problem of a caller', () => {
  expect(new ImproperlyConfigured('x')).not.toBeInstanceOf(Problem)
  expect(new ImproperlyConfigured('x').name).toBe('ImproperlyConfigured')
})

describe('the table', () => {
  test.each(Object.entries(PROBLEMS))('X-11: row %s is complete', (code, row) => {
    expect(isProblemCode(code)).toBe(true)
    expect(row.status).toBeGreaterThanOrEqual(200)
    expect(row.status).toBeLessThan(600)
    // 124 for a time limit, 128 and its number for a signal: what shells expect (FND-22).
    expect([1, 2, 75, 124, 130, 143]).toContain(row.exit)
    expect(row.text).not.toBe('')
    expect(row.fix).toMatch(/\S.*[.`]$/)
    if (typeof row.mcp === 'number') expect(row.mcp).toBeLessThan(-31_999)
  })

  test('CLI-14: exit 75 means that something is needed of a person, and nothing else does', () => {
    const codes = Object.keys(PROBLEMS).filter(
      (code) => isProblemCode(code) && problemRow(code).exit === 75,
    )
    expect(codes).toEqual(['approval_required', 'input_required'])
  })

  test.each(['toString', '__proto__', 'constructor', '', 7, null])(
    'X-11: %o is no code',
    (code) => {
      expect(isProblemCode(code)).toBe(false)
    },
  )
})

describe('refuse()', () => {
  test('a code that is none leaves stack traces as they were', () => {
    const before = Error.stackTraceLimit
    expect(() => refuse('nope' as never)).toThrow(TypeError)
    expect(Error.stackTraceLimit).toBe(before)
  })

  test('FND-2: what is refused with cannot be changed by whoever is told of it', () => {
    const problem = refuse('approval_required', {
      headers: { 'x-a': '1' },
      details: { inner: { a: 1 } },
      issues: [{ source: 'body', name: '', pointer: '', message: 'x' }],
    })
    expect(() => Object.assign(problem, { status: 200 })).toThrow(TypeError)
    expect(() => Object.defineProperty(problem, 'status', { value: 200 })).toThrow(TypeError)
    const { headers, details, issues } = problem
    for (const part of [headers, details, details?.['inner'], issues, issues?.[0]]) {
      expect(Object.isFrozen(part)).toBe(true)
    }
  })
})
