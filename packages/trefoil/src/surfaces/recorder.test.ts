import { describe, expect, test } from 'vitest'
import type { SendResult } from '../contract/answer/exchange.ts'
import { reply } from '../contract/answer/reply.ts'
import type { AccessEvent } from '../contract/call/access-event.ts'
import type { CallRecord } from '../contract/call/call-record.ts'
import { refuse } from '../contract/problems/problem.ts'
import type { ProblemCode } from '../contract/problems/problems.ts'
import { type CallOptions, knownAs, type LogLine, startCall } from '../engine/call.fixture.ts'
import { Arrival } from './arrival.ts'
import { type Readers, Recorder, type RecordSite } from './recorder.ts'

const SITE: RecordSite = {
  client: { address: '203.0.113.7', userAgent: 'agent/1' },
  http: { method: 'POST', path: '/mcp', scheme: 'https' },
  status: 200,
}
const SENT: SendResult = { outcome: 'ok', bytes: 12 }

/** A recorder with everybody there is to read, and what each of them was told. */
function recording(readers: Partial<Readers> = {}) {
  const lines: LogLine[] = []
  const events: AccessEvent[] = []
  const records: CallRecord[] = []
  const write = (level: string) => (fields: object | string, message?: string) => {
    lines.push({ level, message: message ?? '', fields: Object(fields) })
  }
  const logger = {
    debug: write('debug'),
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
  }
  const recorder = new Recorder({
    accessLog: (event) => void events.push(event),
    onCall: (record) => void records.push(record),
    logger,
    clock: { now: () => 5000, elapsed: () => 130 },
    calls: 'problems',
    startTimer: () => () => {},
    ...readers,
  })
  return { recorder, lines, events, records }
}

function arrived(makeCallId: (() => string) | null = null): Arrival {
  return new Arrival('r1', makeCallId, 'server', 'mcp', 100)
}

function refused(code: ProblemCode): Arrival {
  const arrival = arrived()
  arrival.problem = refuse(code)
  return arrival
}

const NOBODY = { accessLog: null, onCall: null }

describe('DESIGN §3: a record is made only when there is something to read', () => {
  test('of every call where somebody reads all of them', () => {
    for (const readers of [{ accessLog: null }, { onCall: null }]) {
      expect(recording(readers).recorder.wants(arrived(), false)).toBe(true)
    }
  })

  test('else of refusals, and of answers that may still fail', () => {
    const { recorder } = recording(NOBODY)
    expect(recorder.wants(arrived(), false)).toBe(false)
    expect(recorder.wants(arrived(), true)).toBe(true)
    expect(recorder.wants(refused('ACCESS_DENIED'), false)).toBe(true)
  })
})

describe('FND-32: one record a call', () => {
  /** What came of a call that was run and then recorded. */
  async function recorded(options: CallOptions, sent: SendResult = SENT) {
    const told = recording()
    const arrival = arrived()
    const { call, outcome } = startCall({ surface: 'mcp', wholeAnswers: 1000, ...options })
    arrival.state = call
    arrival.action = call.site.facts.name
    const ended = await outcome
    if (ended.kind === 'problem') arrival.problem = ended.problem
    arrival.dryRun = ended.kind === 'dry-run'
    told.recorder.record(arrival, SITE, sent)
    return told
  }

  const known = { auth: { mcp: knownAs({ subject: 'ada', kind: 'agent' }) } }

  test('of a success: its caller, its duration, its meta; no line of the log', async () => {
    const { records, events, lines } = await recorded({
      app: known,
      action: { handler: () => reply('v', { meta: { cost: 2 } }) },
    })
    expect(records).toMatchObject([
      {
        callId: 'r1',
        requestId: 'r1',
        time: 4970,
        duration: 30,
        subject: 'ada',
        kind: 'agent',
        outcome: 'ok',
        problem: null,
        meta: { cost: 2 },
        bytes: 12,
        client: SITE.client,
        http: SITE.http,
      },
    ])
    expect(events).toMatchObject([{ call_id: 'r1', subject: 'ada', outcome: 'ok' }])
    expect(lines).toEqual([])
  })

  test('of a guard that denied: by whom, and a line that says so', async () => {
    const guard = { name: 'Owner', needsInput: false, decide: () => ({ deny: true, text: 'no' }) }
    const { records, lines } = await recorded({ app: known, action: { guards: [guard] } })
    expect(records).toMatchObject([{ outcome: 'refused', problem: 'ACCESS_DENIED', rule: 'Owner' }])
    expect(lines).toMatchObject([
      {
        level: 'warn',
        message: 'Access denied',
        fields: {
          request_id: 'r1',
          call_id: 'r1',
          action: 'test.action',
          source: 'mcp',
          subject: 'ada',
          outcome: 'refused',
          problem: 'ACCESS_DENIED',
          client: '203.0.113.7',
          rule: 'Owner',
        },
      },
    ])
    expect(lines[0]?.fields).not.toHaveProperty('approval_id')
    expect(lines[0]?.fields).not.toHaveProperty('arguments_hash')
  })

  test('of a forged approval: the hash it was for; of a redeemed one, its id', async () => {
    const approval = { api: false, mcp: true, cli: false }
    const problem = refuse('approval_denied')
    const denied = { decide: () => ({ kind: 'refuse', problem }) as const }
    const forged = await recorded({ app: { approval: denied }, action: { approval } })
    expect(forged.lines).toMatchObject([
      {
        level: 'warn',
        message: 'Approval denied',
        fields: { rule: 'approval', arguments_hash: expect.stringMatching(/^sha256:/) },
      },
    ])
    const redeemed = {
      decide: () => ({ kind: 'proceed', redemption: { id: 'apr_7' } }) as const,
    }
    const passed = await recorded({ app: { approval: redeemed }, action: { approval } })
    expect(passed.records).toMatchObject([
      { outcome: 'ok', approvalId: 'apr_7', argumentsHash: expect.stringMatching(/^sha256:/) },
    ])
  })

  test('of a dry run', async () => {
    const { records } = await recorded({ dryRun: true })
    expect(records).toMatchObject([{ outcome: 'dry_run', dryRun: true }])
  })

  test('of an unexpected error, which has its line already, with the cause', async () => {
    const handler = () => {
      throw new Error('boom')
    }
    const { records, lines } = await recorded({ action: { handler } })
    expect(records).toMatchObject([{ outcome: 'failed', problem: 'INTERNAL_ERROR' }])
    expect(lines).toEqual([])
  })

  test('of an answer that was cut off, or that nobody waited for', async () => {
    const cut = await recorded({}, { outcome: 'failed', bytes: 3 })
    expect(cut.records).toMatchObject([{ outcome: 'failed', bytes: 3 }])
    expect(cut.lines).toMatchObject([{ level: 'error', message: 'Answer cut off' }])
    const left = await recorded({}, { outcome: 'aborted', bytes: 3 })
    expect(left.records).toMatchObject([{ outcome: 'aborted' }])
    expect(left.lines).toEqual([])
  })
})

test('FND-32: what was refused at the edge has a record too, though no call came of it', () => {
  const { recorder, records, lines } = recording()
  const arrival = refused('csrf_refused')
  recorder.record(arrival, { ...SITE, status: 403 }, SENT)
  expect(records).toMatchObject([
    { action: null, subject: null, outcome: 'refused', problem: 'csrf_refused', status: 403 },
  ])
  expect(lines.map(({ message }) => message)).toEqual(['Cross-site call refused'])
})

test('without readers a refusal leaves its line, and an ordinary mistake nothing', () => {
  const { recorder, lines } = recording(NOBODY)
  recorder.record(refused('VALIDATION_ERROR'), SITE, SENT)
  expect(lines).toEqual([])
  recorder.record(refused('AUTHENTICATION_ERROR'), SITE, SENT)
  expect(lines.map(({ message }) => message)).toEqual(['Authentication failed'])
})

test('OBS-1: the id of a record is ours where the request id is the caller’s, who may repeat it', () => {
  const { recorder, records } = recording()
  recorder.record(
    arrived(() => 'own-id'),
    SITE,
    SENT,
  )
  recorder.record(arrived(), SITE, SENT)
  expect(records).toMatchObject([
    { callId: 'own-id', requestId: 'r1' },
    { callId: 'r1', requestId: 'r1' },
  ])
})

test.each([
  [
    'throws',
    () => {
      throw new Error('disk full')
    },
  ],
  ['rejects', () => Promise.reject(new Error('disk full')) as never],
])('OBS-4: a reader that %s keeps none of the others from reading', (_, broken) => {
  const first = recording({ accessLog: broken })
  first.recorder.record(arrived(), SITE, SENT)
  expect(first.records).toHaveLength(1)
  const logger = { debug: broken, info: broken, warn: broken, error: broken }
  const second = recording({ logger, onCall: broken })
  second.recorder.record(refused('ACCESS_DENIED'), SITE, SENT)
  expect(second.events).toHaveLength(1)
})
