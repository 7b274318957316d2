import { expect, test } from 'vitest'
import { AuthContext } from '../contract/auth/auth-context.ts'
import { refuse } from '../contract/problems/problem.ts'
import { accessEvent } from './make-access-event.ts'
import { makeRecord, type RecordFacts } from './make-record.ts'

const FACTS: RecordFacts = {
  callId: 'c1',
  requestId: 'r1',
  time: 1000,
  duration: 5,
  surface: 'mcp',
  entrypoint: 'server',
  action: 'orders.pay',
  auth: new AuthContext({
    subject: 'ada',
    kind: 'person',
    tenant: 't1',
    actor: [{ subject: 'bot' }],
  }),
  client: { address: '203.0.113.7', userAgent: 'agent/1' },
  ended: refuse('approval_denied'),
  sent: 'ok',
  status: 403,
  rule: 'approval',
  refusal: null,
  approvalId: 'apr_7',
  argumentsHash: 'sha256:00',
  dryRun: false,
  cache: null,
  bytes: 12,
  meta: { token: 'never leaves the server' },
  http: { method: 'POST', path: '/mcp', scheme: 'https' },
}

test('FND-32: an access event is the record in snake_case, without what only the server knows', () => {
  const event = accessEvent(makeRecord(FACTS))
  expect(event).toEqual({
    call_id: 'c1',
    request_id: 'r1',
    method: 'POST',
    path: '/mcp',
    status_code: 403,
    duration_ms: 5,
    source: 'mcp',
    entrypoint: 'server',
    scheme: 'https',
    client: '203.0.113.7',
    user_agent: 'agent/1',
    action_name: 'orders.pay',
    subject: 'ada',
    kind: 'person',
    tenant: 't1',
    actor: ['bot'],
    session: null,
    driven: 'agent',
    outcome: 'refused',
    problem: 'approval_denied',
    rule: 'approval',
    refusal: null,
    approval_id: 'apr_7',
    arguments_hash: 'sha256:00',
    dry_run: false,
    cache: null,
    bytes: 12,
  })
  expect(Object.isFrozen(event)).toBe(true)
  expect(JSON.stringify(event)).not.toContain('never leaves')
})

test('a call in this process has no request', () => {
  const event = accessEvent(makeRecord({ ...FACTS, http: null }))
  expect(event).toMatchObject({ method: null, path: null, scheme: null })
})
