import { describe, expect, test } from 'vitest'
import {
  type Call,
  type CallRecord,
  createApp,
  HttpError,
  type LogOptions,
} from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { callBy, type Line, linesOf, onlyOne, WAYS, type Way } from './ways.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const SENT = `00-${TRACE}-${PARENT}-01`
const SPAN = /^[0-9a-f]{16}$/
const OWN_ID = /^[0-9a-f]{32}$/

/** An app that reports what its calls know of themselves, and what it wrote down of them. */
function traced(log: LogOptions = {}, edge: { readonly requestIdHeader?: string | null } = {}) {
  const { lines, logger } = linesOf()
  const records: CallRecord[] = []
  const app = createApp({
    name: 'traced',
    env: {},
    publicSurfaces: ['api', 'mcp', 'cli'],
    edge: { hosts: ['testserver'], ...edge },
    log: { logger, onCall: (record) => void records.push(record), ...log },
  })
  const on = <const Name extends string>(name: Name) =>
    ({ name, description: `Does ${name}.`, tool: true, cli: true }) as const
  const report = ({ requestId, callId, trace, log: line }: Call) => {
    line.info('from within')
    return {
      requestId,
      callId,
      trace: trace && { ...JSON.parse(JSON.stringify(trace)), state: trace.tracestate },
      traceparent: trace?.traceparent ?? null,
    }
  }
  app.post('/report', on('report'), (_, call) => report(call))
  app.post('/fail', on('fail'), (_, call) => {
    report(call)
    throw new HttpError(409, 'Not now')
  })
  app.post('/crash', on('crash'), () => {
    throw new Error('boom')
  })
  const client = testClient(app)
  return { app, client, lines, records, ownLines: () => lines.filter(isOfCall) }
}

function isOfCall({ message }: Line): boolean {
  return message === 'from within'
}

interface Report {
  readonly requestId: string
  readonly callId: string
  readonly trace: {
    readonly traceId: string
    readonly spanId: string
    readonly parentSpanId: string | null
    readonly state: string | null
  } | null
  readonly traceparent: string | null
}

async function reportBy(
  way: Way,
  { client }: ReturnType<typeof traced>,
  options: Parameters<typeof callBy>[3] = {},
) {
  const seen = await callBy(way, client, 'report', options)
  expect(seen.ok, seen.raw).toBe(true)
  return { ...seen, report: seen.value as Report }
}

describe.each(WAYS)('request ids by %s', (way) => {
  const isNetworked = way !== 'cli-local'

  test('P-CTX-1 OBS-1 OBS-3: the caller’s is in the call, lines, record, problem and answer', async () => {
    const app = traced()
    const headers = { 'x-request-id': 'caller-7' }
    const { report, headers: sent } = await reportBy(way, app, { headers })
    expect(report.requestId).toBe('caller-7')
    expect(report.callId).toMatch(OWN_ID)
    if (way === 'http' || way.startsWith('mcp')) expect(sent?.get('x-request-id')).toBe('caller-7')
    const ids = { request_id: 'caller-7', call_id: report.callId }
    expect(onlyOne(app.ownLines()).fields).toMatchObject(ids)
    expect(app.records.at(-1)).toMatchObject({ requestId: 'caller-7', callId: report.callId })
    const { problem } = await callBy(way, app.client, 'fail', { headers })
    expect(problem['request_id']).toBe('caller-7')
  })

  test.each([
    ['too long', 'x'.repeat(129)],
    ['a space within', 'a b'],
    ['other letters', 'caf\u00e9'],
    ['a tab', 'a\tb'],
    ['blank', '   '],
  ])('PW-28 OBS-1: one with %s is replaced, in the test client too', async (_, hostile) => {
    const app = traced()
    const headers = { 'x-request-id': hostile }
    const { report, raw } = await reportBy(way, app, { headers })
    expect(report.requestId).toMatch(OWN_ID)
    if (hostile.trim() !== '') expect(raw).not.toContain(hostile)
    expect(app.records.at(-1)?.requestId).toBe(report.requestId)
    const { problem } = await callBy(way, app.client, 'fail', { headers })
    expect(problem['request_id']).toMatch(OWN_ID)
  })

  test('PW-28: exactly 128 characters pass', async () => {
    const { report } = await reportBy(way, traced(), {
      headers: { 'x-request-id': '~'.repeat(128) },
    })
    expect(report.requestId).toBe('~'.repeat(128))
  })

  test('OBS-2: without the header nothing is taken and nothing echoed, lines have an id', async () => {
    const app = traced({}, { requestIdHeader: null })
    const { report, headers: sent } = await reportBy(way, app, {
      headers: { 'x-request-id': 'caller-7' },
    })
    expect(report.requestId).toMatch(OWN_ID)
    if (isNetworked) expect(sent?.has('x-request-id') ?? false).toBe(false)
    expect(onlyOne(app.ownLines()).fields['request_id']).toBe(report.requestId)
  })
})

describe.each(WAYS)('traces by %s', (way) => {
  const isMcp = way.startsWith('mcp')
  const headers = { traceparent: SENT, tracestate: 'rojo=00f067aa0ba902b7,congo=t61rcWkgMzE' }

  test('a caller’s goes on: in the call, lines, record, problem and answer', async () => {
    const app = traced({ trace: 'continue' })
    const { report, headers: sent } = await reportBy(way, app, { headers })
    const spanId = report.trace?.spanId ?? ''
    expect(spanId).toMatch(SPAN)
    expect(report.trace).toEqual({
      traceId: TRACE,
      spanId,
      parentSpanId: PARENT,
      state: headers.tracestate,
    })
    expect(report.traceparent).toBe(`00-${TRACE}-${spanId}-01`)
    expect(onlyOne(app.ownLines()).fields).toMatchObject({ trace_id: TRACE, span_id: spanId })
    const ids = { traceId: TRACE, spanId, parentSpanId: PARENT }
    expect(app.records.at(-1)).toMatchObject(ids)
    if (way === 'http' || isMcp) expect(sent?.get('traceresponse')).toBe(report.traceparent)
    const { problem } = await callBy(way, app.client, 'fail', { headers })
    expect(problem['trace_id']).toBe(TRACE)
    const crashed = await callBy(way, app.client, 'crash', { headers })
    expect(crashed.problem['trace_id']).toBe(TRACE)
    const cause = app.lines.find(({ message }) => message === 'Unhandled error')
    expect(cause?.fields['trace_id']).toBe(TRACE)
  })

  test('one begins here for a caller who sends none, each call its own', async () => {
    const app = traced({ trace: 'continue' })
    const first = (await reportBy(way, app)).report.trace
    const second = (await reportBy(way, app)).report.trace
    expect(first).toMatchObject({ parentSpanId: null, state: null })
    expect(first?.traceId).toMatch(OWN_ID)
    expect(second?.traceId).not.toBe(first?.traceId)
    expect(second?.spanId).not.toBe(first?.spanId)
  })

  test('an app that restarts takes nobody’s', async () => {
    const app = traced({ trace: 'restart' })
    const { report, raw } = await reportBy(way, app, { headers })
    expect(report.trace).toMatchObject({ parentSpanId: null, state: null })
    expect(raw).not.toContain(TRACE)
    expect(app.records.at(-1)?.parentSpanId).toBeNull()
  })

  test('off is off: nothing is read, nothing said', async () => {
    const app = traced()
    const { report, raw } = await reportBy(way, app, { headers })
    expect(report.trace).toBeNull()
    expect(raw).not.toContain(TRACE)
    expect(raw).not.toContain('traceresponse')
    expect(app.records.at(-1)).toMatchObject({ traceId: null, spanId: null, parentSpanId: null })
    expect(onlyOne(app.ownLines()).fields).not.toHaveProperty('trace_id')
    const { problem } = await callBy(way, app.client, 'fail', { headers })
    expect(problem).not.toHaveProperty('trace_id')
  })

  test.each([
    ['another form', 'evil-marker'],
    ['version ff', `ff-${TRACE}-${PARENT}-01`],
    ['capitals', SENT.toUpperCase()],
    ['zeros', `00-${'0'.repeat(32)}-${PARENT}-01`],
    ['more than version 00 has', `${SENT}-evil-marker`],
    ['a list', `${SENT},${SENT}`],
    ['a kilobyte', `01-${TRACE}-${PARENT}-01-${'x'.repeat(1000)}`],
  ])('a traceparent of %s is ignored and never echoed', async (_, hostile) => {
    const app = traced({ trace: 'continue' })
    const own = { traceparent: hostile, tracestate: 'rojo=evil-marker' }
    const { report, raw } = await reportBy(way, app, { headers: own })
    expect(report.trace).toMatchObject({ parentSpanId: null, state: null })
    const refused = await callBy(way, app.client, 'fail', { headers: own })
    for (const text of [raw, refused.raw, JSON.stringify([app.lines, app.records])]) {
      expect(text).not.toContain('evil-marker')
      expect(text).not.toContain(TRACE)
      expect(text).not.toContain(TRACE.toUpperCase())
    }
  })

  test('two traceparent headers are none', async () => {
    const app = traced({ trace: 'continue' })
    const pairs = [
      ['traceparent', SENT],
      ['traceparent', `00-${'b'.repeat(32)}-${PARENT}-01`],
    ] as const
    const { report } = await reportBy(way, app, { headers: pairs })
    expect(report.trace?.parentSpanId).toBeNull()
  })

  test('a tracestate that nobody may pass on is dropped, the trace goes on', async () => {
    const app = traced({ trace: 'continue' })
    const own = { traceparent: SENT, tracestate: `rojo=${'x'.repeat(600)}` }
    const { report } = await reportBy(way, app, { headers: own })
    expect(report.trace).toMatchObject({ traceId: TRACE, state: null })
  })
})

describe.each(['mcp-legacy', 'mcp-modern'] as const)('_meta of %s', (way) => {
  const other = `00-${'b'.repeat(32)}-${'c'.repeat(16)}-00`

  test('its trace wins over the header, which may be of a gateway in between', async () => {
    const app = traced({ trace: 'continue' })
    const meta = { traceparent: other, tracestate: 'vendor=1' }
    const { report, headers } = await reportBy(way, app, {
      headers: { traceparent: SENT, tracestate: 'gateway=1' },
      meta,
    })
    expect(report.trace).toMatchObject({
      traceId: 'b'.repeat(32),
      parentSpanId: 'c'.repeat(16),
      state: 'vendor=1',
    })
    expect(headers?.get('traceresponse')).toBe(report.traceparent)
    expect(app.records.at(-1)?.traceId).toBe('b'.repeat(32))
    const { problem } = await callBy(way, app.client, 'fail', { meta })
    expect(problem['trace_id']).toBe('b'.repeat(32))
  })

  test('of a list too', async () => {
    const app = traced({ trace: 'continue' })
    const era = way === 'mcp-legacy' ? 'legacy' : 'modern'
    await app.client.mcp.listTools({ era, meta: { traceparent: other } })
    expect(app.records.at(-1)?.traceId).toBe('b'.repeat(32))
  })

  test.each([5, null, {}, ['x'], 'evil-marker', 'x'.repeat(2000)])(
    'what is no trace there (%#) leaves the header’s, and fails nothing',
    async (traceparent) => {
      const app = traced({ trace: 'continue' })
      const meta = { traceparent, tracestate: { toString: 'evil-marker' } }
      const { report, raw } = await reportBy(way, app, { headers: { traceparent: SENT }, meta })
      expect(report.trace).toMatchObject({ traceId: TRACE, state: null })
      expect(raw).not.toContain('evil-marker')
    },
  )

  test('a request id is the transport’s: none is taken from there (OBS-3)', async () => {
    const { report } = await reportBy(way, traced(), {
      headers: { 'x-request-id': 'transport' },
      meta: { 'x-request-id': 'message', requestId: 'message', request_id: 'message' },
    })
    expect(report.requestId).toBe('transport')
  })
})

describe('what has no call has a trace', () => {
  test('a path that leads nowhere, an edge that refuses, a preflight', async () => {
    const app = traced({ trace: 'continue' })
    const headers = { traceparent: SENT }
    const missing = await app.client.http.get('/nowhere', { headers })
    expect(missing.json()).toMatchObject({ trace_id: TRACE })
    expect(missing.headers.get('traceresponse')).toContain(TRACE)
    const host = await app.client.http.get('/report', { headers: { ...headers, host: 'evil' } })
    expect(host.json()).toMatchObject({ code: 'INVALID_HOST', trace_id: TRACE })
    const options = await app.client.http.options('/report', { headers })
    expect(options.headers.get('traceresponse')).toContain(TRACE)
    expect(app.records.map(({ traceId }) => traceId)).toEqual([TRACE, TRACE, TRACE])
    const notJson = await app.client.http.post('/mcp', {
      body: '{',
      headers: { ...headers, 'content-type': 'application/json' },
    })
    expect(notJson.json()).toMatchObject({ error: { data: { trace_id: TRACE } } })
  })
})

describe.each(WAYS)('a line for every call, by %s', (way) => {
  const source = way === 'http' ? 'api' : way.slice(0, 3)
  const entrypoint = way === 'cli-local' ? 'local' : 'server'

  test('P-MWL-1: id, action, time, how it ended; one for each', async () => {
    const app = traced({ calls: 'all', trace: 'continue', onCall: () => {} })
    await callBy(way, app.client, 'report', {
      headers: { 'x-request-id': 'caller-7', traceparent: SENT },
    })
    await callBy(way, app.client, 'fail')
    await callBy(way, app.client, 'crash')
    const lines = app.lines.filter(({ fields }) => 'outcome' in fields)
    expect(lines.map(({ level, message }) => [level, message])).toEqual([
      ['info', 'Call'],
      ['info', 'Call'],
      ['error', 'Call failed'],
    ])
    expect(
      lines.map(({ fields }) => [fields['outcome'], fields['problem'], fields['status']]),
    ).toEqual([
      ['ok', null, 200],
      ['refused', 'http_error', 409],
      ['failed', 'INTERNAL_ERROR', 500],
    ])
    expect(lines[0]?.fields).toMatchObject({
      request_id: 'caller-7',
      call_id: expect.stringMatching(OWN_ID),
      trace_id: TRACE,
      span_id: expect.stringMatching(SPAN),
      action: 'report',
      source,
      entrypoint,
      subject: null,
      duration_ms: expect.any(Number),
      client: way === 'cli-local' ? null : '127.0.0.1',
    })
  })

  test('P-MWL-1: by default a call that went well has none', async () => {
    const app = traced({ onCall: () => {} })
    await callBy(way, app.client, 'report')
    await callBy(way, app.client, 'fail')
    expect(app.lines.filter(({ fields }) => 'outcome' in fields)).toEqual([])
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('disk full')
      },
    ],
    ['rejects', () => Promise.reject(new Error('disk full')) as never],
  ])('P-MWL-1 OBS-4: a logger that %s changes no answer', async (_, broken) => {
    const logger = { debug: broken, info: broken, warn: broken, error: broken }
    const app = traced({ calls: 'all', logger })
    const { ok } = await callBy(way, app.client, 'report')
    expect(ok).toBe(true)
    const failed = await callBy(way, app.client, 'fail')
    expect(failed.problem['code']).toBe('http_error')
  })
})
