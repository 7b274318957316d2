import { describe, expect, test } from 'vitest'
import { AuthContext, type Identity } from '../contract/auth/auth-context.ts'
import { HttpError, refuse } from '../contract/problems/problem.ts'
import { driverOf, makeRecord, type RecordFacts } from './make-record.ts'

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
  ended: null,
  sent: 'ok',
  status: 200,
  rule: null,
  refusal: null,
  approvalId: 'apr_7',
  argumentsHash: 'sha256:00',
  dryRun: false,
  cache: null,
  bytes: 12,
  meta: { cost: 1 },
  http: { method: 'POST', path: '/mcp', scheme: 'https' },
}

const record = (facts: Partial<RecordFacts> = {}) => makeRecord({ ...FACTS, ...facts })

test('FND-32: who called, for whom, what, from where, and what became of it', () => {
  expect(record()).toEqual({
    callId: 'c1',
    requestId: 'r1',
    time: 1000,
    duration: 5,
    surface: 'mcp',
    entrypoint: 'server',
    action: 'orders.pay',
    driven: 'agent',
    subject: 'ada',
    kind: 'person',
    tenant: 't1',
    actor: ['bot'],
    session: null,
    client: { address: '203.0.113.7', userAgent: 'agent/1' },
    outcome: 'ok',
    problem: null,
    status: 200,
    rule: null,
    refusal: null,
    approvalId: 'apr_7',
    argumentsHash: 'sha256:00',
    dryRun: false,
    cache: null,
    bytes: 12,
    meta: { cost: 1 },
    http: { method: 'POST', path: '/mcp', scheme: 'https' },
  })
})

test('nobody is nobody, and a call in this process came with no request', () => {
  expect(record({ auth: null, http: null, meta: null })).toMatchObject({
    subject: null,
    kind: 'unknown',
    tenant: null,
    actor: [],
    http: null,
    meta: null,
  })
})

test('FND-32: no reader can change it for the next, nor the one who made it', () => {
  const client = { address: 'a', userAgent: null }
  const meta: Record<string, unknown> = { cost: 1 }
  const made = record({ client, meta })
  for (const part of [made, made.client, made.http, made.meta]) {
    expect(Object.isFrozen(part)).toBe(true)
  }
  client.address = 'b'
  meta['cost'] = 2
  expect(made).toMatchObject({ client: { address: 'a' }, meta: { cost: 1 } })
})

describe('outcome', () => {
  test.each<[string, Partial<RecordFacts>]>([
    ['ok', {}],
    ['ok', { status: 404 }],
    ['dry_run', { dryRun: true }],
    ['failed', { status: 503 }],
    ['failed', { dryRun: true, status: 500 }],
    ['refused', { ended: refuse('ACCESS_DENIED'), status: 403 }],
    // On MCP the answer is a 200 all the same.
    ['refused', { ended: refuse('approval_required'), status: 200 }],
    ['failed', { ended: refuse('INTERNAL_ERROR'), status: 200 }],
    ['failed', { ended: refuse('TIMEOUT') }],
    ['aborted', { ended: refuse('client_disconnected') }],
    ['aborted', { sent: 'aborted' }],
    ['failed', { sent: 'failed' }],
    // A refusal nobody waited for is a refusal.
    ['refused', { ended: refuse('ACCESS_DENIED'), sent: 'aborted' }],
  ])('%s of %j', (outcome, facts) => {
    expect(record(facts).outcome).toBe(outcome)
  })

  test('the problem is the code that its caller was told', () => {
    expect(record({ ended: refuse('AUTHENTICATION_ERROR') }).problem).toBe('AUTHENTICATION_ERROR')
    const own = new HttpError(409, 'taken', { code: 'seat_taken' })
    expect(record({ ended: own }).problem).toBe('seat_taken')
  })
})

describe('DESIGN §3.4: who is behind a call', () => {
  const who = (identity: Partial<Identity>) => new AuthContext({ subject: 'ada', ...identity })

  test.each<[string, 'api' | 'mcp' | 'cli', Partial<Identity> | null]>([
    ['person', 'api', { kind: 'person' }],
    ['agent', 'api', { kind: 'agent' }],
    ['agent', 'api', { kind: 'service' }],
    ['unknown', 'api', { kind: 'unknown' }],
    ['unknown', 'api', {}],
    ['unknown', 'api', null],
    // Somebody acts for a person.
    ['agent', 'api', { kind: 'person', actor: [{ subject: 'bot' }] }],
    ['unknown', 'api', { kind: 'unknown', actor: [] }],
    ['agent', 'mcp', { kind: 'person' }],
    ['agent', 'cli', { kind: 'person' }],
    ['agent', 'mcp', null],
  ])('%s: %s, %j', (driven, surface, identity) => {
    expect(driverOf(surface, identity === null ? null : who(identity))).toBe(driven)
  })

  test('actors are known by their subjects, the one who acts now first', () => {
    const actor = [{ subject: 'bot', kind: 'agent' as const }, { subject: 'batch' }]
    expect(record({ auth: who({ actor }) }).actor).toEqual(['bot', 'batch'])
    expect(record({ auth: who({}) }).actor).toEqual([])
    expect(record({ auth: null }).actor).toEqual([])
  })

  test('of a login session the id is kept', () => {
    const session = { id: 's1', createdAt: 1 }
    expect(record({ auth: who({ session }) }).session).toBe('s1')
    expect(record({ auth: who({}) }).session).toBeNull()
  })
})
