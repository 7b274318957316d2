import type { JsonSchema } from '../../contract/params/schema.ts'
import { problemRow } from '../../contract/problems/problems.ts'

/** Media type of every failure (RFC 9457). */
export const PROBLEM_MEDIA_TYPE = 'application/problem+json'

const text = (description: string): JsonSchema => ({ type: 'string', description })

const issue: JsonSchema = {
  type: 'object',
  required: ['source', 'name', 'pointer', 'message'],
  properties: {
    source: text('Where the argument was sent: path, query, header, cookie, body, form or file.'),
    name: text('Name on the wire; empty for a whole body, or a malformed query string or form.'),
    pointer: text(
      'JSON Pointer (RFC 6901): for a body into the document (/n/kids/0), else into the value (/1 for the second item of a list); empty for the value itself.',
    ),
    message: text('What is wrong with it.'),
  },
}

/** The one shape of every failure, shared by all operations as the component `Problem`. */
export const PROBLEM_SCHEMA: JsonSchema = {
  type: 'object',
  description: 'A failure (RFC 9457).',
  required: ['type', 'title', 'status', 'detail', 'code', 'fix'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: text('The kind of failure.'),
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: text('What happened in this case.'),
    code: text('Stable name of the failure, for programs.'),
    fix: text('What to do about it.'),
    request_id: text('Quote it to the operator.'),
    trace_id: text('The trace that the call belongs to, where the app traces.'),
    issues: { type: 'array', description: 'Every wrong argument.', items: issue },
  },
  examples: [
    {
      type: 'urn:trefoil:problem:VALIDATION_ERROR',
      title: 'Bad Request',
      status: problemRow('VALIDATION_ERROR').status,
      detail: 'Invalid integer query parameter: limit',
      code: 'VALIDATION_ERROR',
      fix: problemRow('VALIDATION_ERROR').fix,
      request_id: '2087d088017691e365d66890079df92b',
      issues: [{ source: 'query', name: 'limit', pointer: '', message: 'Expected an integer' }],
    },
  ],
}

/** Where an operation's failures point. */
export const PROBLEM_REFERENCE: JsonSchema = { $ref: '#/components/schemas/Problem' }
