// FND-32: every call leaves one record, on every surface, refusals at the edge included; and what
// is refused or fails leaves a line in the log without anybody having asked for it.
import {
  type AccessEvent,
  createApp,
  HttpError,
  type LimitOptions,
  type LogOptions,
  reply,
  stream,
} from 'trefoil'
import { AuthContext, hasScope, inputGuard } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ask } from '../attacks/raw-connection.ts'
import {
  ALL,
  alike,
  type CallOptions,
  type CallRecord,
  ENV,
  everywhere,
  Gate,
  type Json,
  Lines,
  NETWORK_IDS,
  on,
  oneSurface,
  Records,
  SURFACE_IDS,
  type Surface,
  type SurfaceId,
  settled,
  within,
} from './surfaces.ts'

/** Who can call, by token. */
const PEOPLE: Readonly<Record<string, object>> = {
  ann: { subject: 'ann', kind: 'person', tenant: 'acme', scopes: ['pay'] },
  bob: { subject: 'bob', kind: 'person' },
  robot: { subject: 'robot', kind: 'agent' },
  cron: { subject: 'cron', kind: 'service' },
  anyone: { subject: 'anyone' },
  deputy: { subject: 'ann', kind: 'person', actor: [{ subject: 'robot' }] },
}

function build(log: LogOptions = {}, recording = true, limits: LimitOptions = {}) {
  const records = new Records()
  const lines = new Lines()
  const gate = new Gate()
  const options = {
    name: 'fnd-32',
    env: ENV,
    limits,
    log: { logger: lines.logger, ...(recording ? { onCall: records.onCall } : {}), ...log },
    auth: [
      {
        authenticate: ({ bearer }: { readonly bearer: string | null }) => {
          const identity = PEOPLE[bearer ?? '']
          // Members that AuthContext has in 0.2 only.
          return identity === undefined ? null : new AuthContext(identity as { subject: string })
        },
        surfaces: ALL,
      },
    ],
    approval: ({ token }: { readonly token: string }) => token === 'granted',
  }
  const app = createApp(options)
  const odd = inputGuard({
    name: 'NoOdds',
    check: (_, { args }) => args['amount'] !== 7,
  })
  app.post('/free', on('free'), () => ({ fine: true }))
  app.post('/meta', on('meta'), () => reply({ fine: true }, { meta: { invoice: 'i1' } }))
  app.post(
    '/pay',
    {
      ...on('pay'),
      guards: [hasScope('pay'), odd],
      params: { amount: z.int() },
      needsApproval: ALL,
    },
    ({ amount }) => ({ amount }),
  )
  app.post('/crash', on('crash'), () => {
    throw new Error('down')
  })
  app.post('/conflict', on('conflict'), () => {
    throw new HttpError(409, 'mine', { code: 'already_paid' })
  })
  app.post('/hang', { ...on('hang'), timeout: '100ms' }, () => new Promise(() => {}))
  app.post('/leave', on('leave'), (_, call) => {
    void gate.wait()
    return new Promise((_resolve, reject) => {
      call.signal.addEventListener('abort', () => reject(call.signal.reason))
    })
  })
  return { app, records, lines, gate }
}

const ANN: CallOptions = { token: 'ann', approval: 'granted' }
const WITHOUT_APPROVAL: CallOptions = { token: 'ann' }

type Row = readonly [action: string, args: Json, options: CallOptions, record: Partial<CallRecord>]

const HASH: unknown = expect.stringMatching(/^sha256:[0-9a-f]{64}$/)
const ofAnn = { subject: 'ann', kind: 'person', tenant: 'acme', actor: [] } as const
const ofNobody = { subject: null, tenant: null, actor: [] } as const

const ROWS: Readonly<Record<string, Row>> = {
  'a success': [
    'free',
    {},
    ANN,
    { ...ofAnn, outcome: 'ok', problem: null, status: 200, rule: null, dryRun: false, meta: null },
  ],
  'a success with facts for the record': [
    'meta',
    {},
    ANN,
    { outcome: 'ok', meta: { invoice: 'i1' } },
  ],
  'an approved call': [
    'pay',
    { amount: 1 },
    ANN,
    { outcome: 'ok', argumentsHash: HASH as string, status: 200 },
  ],
  'a refused credential': [
    'pay',
    { amount: 1 },
    { token: 'mallory' },
    { ...ofNobody, outcome: 'refused', problem: 'AUTHENTICATION_ERROR', status: 401 },
  ],
  'no credential': [
    'free',
    {},
    {},
    { ...ofNobody, outcome: 'refused', problem: 'AUTHENTICATION_ERROR', status: 401 },
  ],
  'a denied guard': [
    'pay',
    { amount: 1 },
    { token: 'bob' },
    { subject: 'bob', outcome: 'refused', problem: 'ACCESS_DENIED', status: 403, rule: 'HasScope' },
  ],
  'a denied guard with input': [
    'pay',
    { amount: 7 },
    ANN,
    { subject: 'ann', outcome: 'refused', problem: 'ACCESS_DENIED', status: 403, rule: 'NoOdds' },
  ],
  'a bad argument': [
    'pay',
    { amount: 'x' },
    ANN,
    { ...ofAnn, outcome: 'refused', problem: 'VALIDATION_ERROR', status: 400, rule: null },
  ],
  'a missing approval': [
    'pay',
    { amount: 1 },
    WITHOUT_APPROVAL,
    {
      ...ofAnn,
      outcome: 'refused',
      problem: 'approval_required',
      status: 409,
      argumentsHash: HASH as string,
    },
  ],
  'a forged approval': [
    'pay',
    { amount: 1 },
    { token: 'ann', approval: 'forged' },
    {
      ...ofAnn,
      outcome: 'refused',
      problem: 'approval_denied',
      status: 403,
      argumentsHash: HASH as string,
    },
  ],
  'a crash': [
    'crash',
    {},
    ANN,
    { ...ofAnn, outcome: 'failed', problem: 'INTERNAL_ERROR', status: 500 },
  ],
  'a deadline': ['hang', {}, ANN, { ...ofAnn, outcome: 'failed', problem: 'TIMEOUT', status: 504 }],
  'a failure of the app’s own': [
    'conflict',
    {},
    ANN,
    { ...ofAnn, problem: 'already_paid', status: 409 },
  ],
}

describe('FND-32: one record for each call', () => {
  test.each(Object.keys(ROWS))('%s', async (name) => {
    const [action, args, options, expected] = ROWS[name] ?? ['', {}, {}, {}]
    const seen = await everywhere(build, async (surface, { records }) => {
      await surface.call(action, args, options)
      await records.atLeast(1)
      await settled()
      return records.all
    })
    const whole = {
      ...expected,
      action,
      requestId: expect.any(String),
      callId: expect.any(String),
    }
    const wanted = SURFACE_IDS.map((id) => [
      id,
      [expect.objectContaining({ ...whole, ...wayOf(id) })],
    ])
    expect(seen).toEqual(Object.fromEntries(wanted))
  })

  test('of a dry run', async () => {
    const ids = ['mcp-legacy', 'mcp-modern', 'cli-local', 'cli-remote'] as const
    const seen = await everywhere(
      build,
      async (surface, { records }) => {
        await surface.call('pay', { amount: 1 }, { token: 'ann', dryRun: true })
        await records.atLeast(1)
        await settled()
        return records.all.map(({ outcome, dryRun, argumentsHash, problem }) => [
          outcome,
          dryRun,
          typeof argumentsHash,
          problem,
        ])
      },
      ids,
    )
    expect(seen).toEqual(alike([['dry_run', true, 'string', null]], ids))
  })

  test('of a caller that left', async () => {
    const seen = await everywhere(build, async (surface, { records, gate }) => {
      const leaving = new AbortController()
      const answer = surface.call('leave', {}, { ...ANN, signal: leaving.signal })
      await within(gate.reached, 'the handler')
      leaving.abort()
      await answer
      await records.atLeast(1)
      await settled()
      return records.all.map(({ outcome, action, subject }) => [outcome, action, subject])
    })
    expect(seen).toEqual(alike([['aborted', 'leave', 'ann']]))
  })

  test('with all its members, and none that can be changed', async () => {
    const members = [
      ...['parentSpanId', 'spanId', 'traceId', 'cache'],
      ...['action', 'actor', 'approvalId', 'argumentsHash', 'bytes', 'callId', 'client', 'driven'],
      ...['dryRun', 'duration', 'entrypoint', 'http', 'kind', 'meta', 'outcome', 'problem'],
      ...[
        'refusal',
        'requestId',
        'rule',
        'session',
        'status',
        'subject',
        'surface',
        'tenant',
        'time',
      ],
    ].sort()
    const seen = await everywhere(build, async (surface, { records }) => {
      const before = Date.now()
      await surface.call('meta', {}, ANN)
      const [record] = await records.atLeast(1)
      if (record === undefined) return null
      const inTime = record.time >= before && record.time <= Date.now() && record.duration >= 0
      const frozen = [record, record.client, record.meta, record.http].every((part) =>
        Object.isFrozen(part),
      )
      return { members: Object.keys(record).sort(), inTime, frozen }
    })
    expect(seen).toEqual(alike({ members, inTime: true, frozen: true }))
  })

  test('under an id of ours, whatever the caller calls it', async () => {
    const seen = await everywhere(
      build,
      async (surface, { records }) => {
        const options = { ...ANN, headers: { 'x-request-id': 'mine' } }
        await surface.call('free', {}, options)
        await surface.call('free', {}, options)
        const [first, second] = await records.atLeast(2)
        const ids = [first?.callId, second?.callId]
        return {
          requestIds: [first?.requestId, second?.requestId],
          unique: new Set([...ids, 'mine']).size === 3,
        }
      },
      NETWORK_IDS,
    )
    expect(seen).toEqual(alike({ requestIds: ['mine', 'mine'], unique: true }, NETWORK_IDS))
  })

  test('under the id that the call itself, its log and its background work say', async () => {
    const SAID = ['at work', 'Background task failed']
    const withLog = () => {
      const lines = new Lines()
      const records = new Records()
      const app = createApp({
        publicSurfaces: ALL,
        log: { logger: lines.logger, onCall: records.onCall },
      })
      app.post('/work', on('work'), (_, call) => {
        call.log.info('at work')
        call.background(() => {
          throw new Error('no mail')
        })
        return call.callId
      })
      return { app, lines, records }
    }
    const seen = await everywhere(withLog, async (surface, { lines, records }) => {
      const headers = { 'x-request-id': 'mine' }
      const { value } = await surface.call('work', {}, { headers })
      const [record] = await records.atLeast(1)
      await settled()
      const said = lines.all.filter(({ message }) => SAID.includes(message))
      const ids = said.map(({ fields }) => fields['call_id'])
      return { ids: new Set([value, record?.callId, ...ids]).size, lines: ids.length }
    })
    expect(seen).toEqual(alike({ ids: 1, lines: 2 }))
  })
})

/** What the way in says. */
function wayOf(id: SurfaceId): Json {
  const surface = id === 'http' ? 'api' : id.startsWith('mcp') ? 'mcp' : 'cli'
  const path = { api: expect.any(String), mcp: '/mcp', cli: '/__trefoil__/actions/call' }[surface]
  const local = id === 'cli-local'
  return {
    surface,
    entrypoint: local ? 'local' : 'server',
    client: local
      ? expect.objectContaining({ address: null })
      : expect.objectContaining({ address: '127.0.0.1' }),
    http: local ? null : { method: 'POST', path, scheme: 'http' },
  }
}

describe('FND-32: who drives', () => {
  const DRIVEN: Readonly<Record<string, readonly [api: string, kind: string]>> = {
    ann: ['person', 'person'],
    robot: ['agent', 'agent'],
    cron: ['agent', 'service'],
    anyone: ['unknown', 'unknown'],
    deputy: ['agent', 'person'],
  }
  test.each(Object.keys(DRIVEN))('%s', async (token) => {
    const [api, kind] = DRIVEN[token] ?? ['', '']
    const seen = await everywhere(build, async (surface, { records }) => {
      await surface.call('free', {}, { token })
      const [record] = await records.atLeast(1)
      return [record?.driven, record?.kind]
    })
    expect(seen).toEqual({ ...alike(['agent', kind]), http: [api, kind] })
  })
})

describe('FND-32: refusals before an action is known', () => {
  type Knock = (surface: Surface) => Promise<unknown>
  const json = { 'content-type': 'application/json' }
  const post = (surface: Surface, path: string, body: string, headers: object = {}) =>
    fetch(surface.url + path, { method: 'POST', body, headers: { ...json, ...headers } })
  const cases: Readonly<Record<string, readonly [id: SurfaceId, knock: Knock, problem: string]>> = {
    'no such path': ['http', ({ url }) => fetch(`${url}/nowhere`), 'not_found'],
    'another method': ['http', ({ url }) => fetch(`${url}/free`), 'method_not_allowed'],
    'a foreign host': [
      'http',
      ({ server }) => ask(server.port, 'GET /free HTTP/1.1\r\nHost: evil.example\r\n\r\n'),
      'INVALID_HOST',
    ],
    'a foreign page with cookies': [
      'http',
      (surface) =>
        post(surface, '/free', '{}', {
          cookie: 'a=b',
          origin: 'https://evil.example',
          'sec-fetch-site': 'cross-site',
        }),
      'csrf_refused',
    ],
    'a body that is too large': [
      'http',
      (surface) =>
        post(surface, '/pay', `{"amount":${'1'.repeat(3000)}}`, { authorization: 'Bearer ann' }),
      'payload_too_large',
    ],
    'no JSON-RPC': [
      'mcp-legacy',
      (surface) => post(surface, '/mcp', '{', { authorization: 'Bearer ann' }),
      'mcp_parse_error',
    ],
    'an unknown tool': [
      'mcp-legacy',
      (surface) => surface.call('nothing', {}, ANN),
      'mcp_unknown_tool',
    ],
    'an unknown tool, of the other era': [
      'mcp-modern',
      (surface) => surface.call('nothing', {}, ANN),
      'mcp_unknown_tool',
    ],
    'an unknown action': [
      'cli-remote',
      (surface) => surface.call('nothing', {}, ANN),
      'unknown_action',
    ],
    'an unknown action in this process': [
      'cli-local',
      (surface) => surface.call('nothing', {}, ANN),
      'unknown_action',
    ],
    'a stranger who asks for tools': [
      'mcp-modern',
      (surface) => surface.call('nothing', {}),
      'AUTHENTICATION_ERROR',
    ],
  }
  test.each(Object.keys(cases))('%s', async (name) => {
    const [id, knock, problem] = cases[name] ?? ['http', async () => {}, '']
    const events: AccessEvent[] = []
    const access = (event: AccessEvent) => void events.push(event)
    const built = build({ access }, true, { body: '1kb' })
    const records = await oneSurface(id, built, async (surface) => {
      await knock(surface)
      await built.records.atLeast(1)
      await settled()
      return built.records.all.map((record) => [record.outcome, record.problem, record.surface])
    })
    const surface = id === 'http' ? 'api' : id.startsWith('mcp') ? 'mcp' : 'cli'
    expect(records).toEqual([['refused', problem, surface]])
    expect(events).toHaveLength(1)
  })
})

describe('FND-32: a record comes when the answer is complete', () => {
  const streaming = (fails: boolean) => {
    const built = build()
    const pieces = new Gate()
    built.app.post('/pieces', on('pieces'), () =>
      stream(
        (async function* () {
          yield 'a'
          await pieces.wait()
          if (fails) throw new Error('down')
          yield 'b'
        })(),
      ),
    )
    return { ...built, pieces }
  }
  test.each([
    ['a whole stream', false, 'ok'],
    ['a broken one', true, 'failed'],
  ] as const)('of %s', async (_, fails, outcome) => {
    const seen = await everywhere(
      () => streaming(fails),
      async (surface, { records, pieces }) => {
        const answer = surface.call('pieces', {}, ANN)
        await within(pieces.reached, 'the second piece')
        await settled()
        const before = records.all.length
        pieces.open()
        await answer
        await records.atLeast(1)
        return [before, records.all.map((record) => record.outcome)]
      },
    )
    expect(seen).toEqual(alike([0, [outcome]]))
  })

  test('and a reader of records that fails breaks nothing', async () => {
    for (const onCall of [
      () => {
        throw new Error('disk full')
      },
      () => Promise.reject(new Error('disk full')),
    ]) {
      const seen = await everywhere(
        () => build({ onCall }),
        async (surface) => (await surface.call('free', {}, ANN)).value,
      )
      expect(seen).toEqual(alike({ fine: true }))
    }
  })
})

describe('FND-32: the access log hears of every call', () => {
  test.each(['a success', 'a refused credential', 'a crash', 'a missing approval'])(
    '%s',
    async (name) => {
      const [action, args, options] = ROWS[name] ?? ['', {}, {}, {}]
      const seen = await everywhere(
        () => {
          const events: AccessEvent[] = []
          const accessLog = (event: AccessEvent) => void events.push(event)
          return { ...build({ access: accessLog }, false), events }
        },
        async (surface, { events }) => {
          await surface.call(action, args, options)
          await settled()
          return events.length
        },
      )
      expect(seen).toEqual(alike(1))
    },
  )
})

describe('FND-32: what is refused or fails leaves a line, though nobody asked', () => {
  const LOUD = [
    'a refused credential',
    'a denied guard',
    'a denied guard with input',
    'a missing approval',
    'a forged approval',
    'a crash',
    'a deadline',
  ]
  test.each(LOUD)('%s', async (name) => {
    const [action, args, options, { problem, subject }] = ROWS[name] ?? ['', {}, {}, {}]
    const seen = await everywhere(
      () => build({}, false),
      async (surface, { lines }) => {
        const answer = await surface.call(action, args, options)
        await settled()
        const line = lines.complaints.find(({ fields }) => Object.values(fields).includes(problem))
        const { fields } = line ?? { fields: {} as Json }
        return {
          problem: line !== undefined,
          action: fields['action'],
          subject: fields['subject'] ?? null,
          request: fields['request_id'] === answer.problem?.['request_id'],
        }
      },
    )
    expect(seen).toEqual(alike({ problem: true, action, subject: subject ?? null, request: true }))
  })

  test('a success does not', async () => {
    const seen = await everywhere(
      () => build({}, false),
      async (surface, { lines }) => {
        await surface.call('free', {}, ANN)
        await settled()
        return lines.complaints.filter(({ fields }) => fields['request_id'] !== undefined)
      },
    )
    expect(seen).toEqual(alike([]))
  })

  test('and no line shows a token', async () => {
    const token = 'tok-91b2-of-mallory'
    const seen = await everywhere(
      () => build({}, false),
      async (surface, { lines }) => {
        await surface.call('pay', { amount: 1 }, { token, approval: 'approval-of-mallory' })
        await surface.call('pay', { amount: 1 }, { token: 'ann', approval: 'approval-of-mallory' })
        await settled()
        const text = JSON.stringify(lines.all)
        return [
          lines.complaints.length >= 2,
          text.includes(token),
          text.includes('approval-of-mallory'),
        ]
      },
    )
    expect(seen).toEqual(alike([true, false, false]))
  })
})
