import { expect, test } from 'vitest'
import { HttpError, refuse } from '../contract/problems/problem.ts'
import { lineOfAll, logLine } from './call-line.ts'

test.each([
  ['AUTHENTICATION_ERROR', 'warn', 'Authentication failed'],
  ['ACCESS_DENIED', 'warn', 'Access denied'],
  ['approval_required', 'info', 'Approval required'],
  ['approval_denied', 'warn', 'Approval denied'],
  ['csrf_refused', 'warn', 'Cross-site call refused'],
  ['invalid_origin', 'warn', 'Origin refused'],
  ['INTERNAL_ERROR', 'error', 'Call failed'],
  ['TIMEOUT', 'error', 'Call failed'],
] as const)('FND-32: %s leaves a line though nobody asked for one', (code, level, message) => {
  expect(logLine(refuse(code), 'ok')).toMatchObject({ level, message })
})

test('FND-32: a status of one’s own counts like any other', () => {
  expect(logLine(new HttpError(502), 'ok')).toEqual({ level: 'error', message: 'Call failed' })
  expect(logLine(new HttpError(404), 'ok')).toBeNull()
})

test.each(['VALIDATION_ERROR', 'not_found', 'client_disconnected', 'payload_too_large'] as const)(
  'the ordinary mistakes of callers leave none: %s',
  (code) => {
    expect(logLine(refuse(code), 'ok')).toBeNull()
  },
)

test('what comes by the thousand is counted: too much to do, too many calls, strangers', () => {
  expect(logLine(refuse('unavailable'), 'ok')).toMatchObject({ counted: 'everybody' })
  expect(logLine(new HttpError(429), 'ok')).toMatchObject({ counted: 'everybody' })
  expect(logLine(refuse('AUTHENTICATION_ERROR'), 'ok')).toMatchObject({ counted: 'strangers' })
  expect(logLine(refuse('INVALID_HOST'), 'ok')).toMatchObject({ counted: 'strangers' })
  expect(logLine(refuse('INTERNAL_ERROR'), 'ok')?.counted).toBeUndefined()
})

test('P-MWL-1 where every call has a line, one that went well has it too', () => {
  expect(lineOfAll(null, 'ok')).toEqual({ level: 'info', message: 'Call' })
  expect(lineOfAll(refuse('not_found'), 'ok')).toEqual({ level: 'info', message: 'Call' })
  expect(lineOfAll(refuse('INTERNAL_ERROR'), 'ok')).toMatchObject({ level: 'error' })
})

test('an answer that was cut off leaves a line, one whose reader left does not', () => {
  expect(logLine(null, 'failed')).toEqual({ level: 'error', message: 'Answer cut off' })
  expect(logLine(null, 'aborted')).toBeNull()
  expect(logLine(null, 'ok')).toBeNull()
})
