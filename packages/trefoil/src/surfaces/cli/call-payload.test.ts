import { describe, expect, test } from 'vitest'
import { deeper } from '../../base/json/strict-json.ts'
import { LEVELS_AROUND, readCallPayload } from './call-payload.ts'

function read(text: string) {
  return readCallPayload(new TextEncoder().encode(text), deeper({}, LEVELS_AROUND))
}

describe('RPC-4 payload', () => {
  test.each([
    ['nonsense', 'invalid_json'],
    ['{"action":"a","action":"b"}', 'invalid_json'],
    ['[]', 'invalid_request'],
    ['{"arguments":7}', 'invalid_action'],
    ['{"action":"","arguments":7}', 'invalid_action'],
    ['{"action":"a","arguments":[],"dry_run":7}', 'invalid_arguments'],
    ['{"action":"a","dry_run":"true","approval_token":""}', 'invalid_dry_run'],
    ['{"action":"a","approval_token":" "}', 'invalid_approval'],
    ['{"action":"a","approvalToken":7}', 'invalid_approval'],
    ['{"action":"a","approval_token":"","request_state":7}', 'invalid_approval'],
    ['{"action":"a","request_state":"s"}', 'invalid_answers'],
    ['{"action":"a","request_state":"s","answers":null}', 'invalid_answers'],
    ['{"action":"a","answers":{}}', 'invalid_answers'],
    ['{"action":"a","request_state":null,"answers":{}}', 'invalid_answers'],
    ['{"action":"a","request_state":7,"answers":{}}', 'invalid_answers'],
    ['{"action":"a","request_state":{},"answers":{}}', 'invalid_answers'],
    ['{"action":"a","request_state":"s","answers":[]}', 'invalid_answers'],
    ['{"action":"a","request_state":"s","answers":"{}"}', 'invalid_answers'],
    ['{"action":"a","request_state":"s","answers":false}', 'invalid_answers'],
  ])('%s is %s, in the order of the protocol', (text, code) => {
    expect(read(text).problem?.code).toBe(code)
  })

  test('FND-46: null is what is left out', () => {
    const nulls =
      '{"action":"a","arguments":null,"approval_token":null,"approvalToken":null,"texts":null,' +
      '"request_state":null,"answers":null}'
    expect(read(nulls)).toEqual(read('{"action":"a"}'))
    expect(read('{"action":"a","dry_run":null}').problem?.code).toBe('invalid_dry_run')
    expect(read('{"action":"a","texts":["b",5]}').texts).toEqual(['b'])
  })

  test('RPC-3: what is left out has its default, what is unknown is ignored', () => {
    expect(read('{"action":"a","else":1}')).toEqual({
      action: 'a',
      args: {},
      options: { approvalToken: null, dryRun: false },
      answers: null,
      problem: null,
    })
  })

  test('mcp-plan 0.6: a state comes with its answers', () => {
    const sent = '{"action":"a","request_state":"s","answers":{"sure":{"action":"decline"}}}'
    expect(read(sent)).toMatchObject({
      answers: { state: 's', answers: { sure: { action: 'decline' } } },
      problem: null,
    })
    expect(read('{"action":"a","request_state":"s","answers":{}}').answers).toEqual({
      state: 's',
      answers: {},
    })
    // Nothing of what is wrong is handed on.
    expect(read('{"action":"a","request_state":"s"}').answers).toBeNull()
  })

  test('ABIND-12 HTTP-6: arguments may be as deep as a body of HTTP, and no deeper', () => {
    const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
    const call = (levels: number) => `{"action":"a","arguments":{"x":${nested(levels)}}}`
    expect(read(call(31)).problem).toBeNull()
    expect(read(call(32)).problem?.code).toBe('invalid_json')
  })
})
