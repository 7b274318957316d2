// otel() with the official SDK, over every way in. The context manager is ours: the SDK has none without
// more packages, and this is all of one.
import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  context,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics'
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApp, HttpError } from '../../packages/trefoil/src/index.ts'
import { type OtelOptions, otel } from '../../packages/trefoil/src/otel.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { callBy, linesOf, WAYS } from './ways.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'rojo=1' }
const SECRET = 'hunter2'

const current = new AsyncLocalStorage<Context>()
beforeAll(() => {
  context.setGlobalContextManager({
    active: () => current.getStore() ?? ROOT_CONTEXT,
    with: (own, run, self, ...args) => current.run(own, () => Reflect.apply(run, self, args)),
    bind: (_own, target) => target,
    enable() {
      return this
    },
    disable() {
      return this
    },
  })
})
afterAll(() => context.disable())

function traced(options: OtelOptions = {}, more: { trace?: 'off' | 'continue' | 'restart' } = {}) {
  const exporter = new InMemorySpanExporter()
  const tracerProvider = new BasicTracerProvider({
    spanProcessors: [new SimpleSpanProcessor(exporter)],
  })
  const figures = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE)
  const reader = new PeriodicExportingMetricReader({
    exporter: figures,
    exportIntervalMillis: 1_000_000,
  })
  const meterProvider = new MeterProvider({ readers: [reader] })
  const { lines, logger } = linesOf()
  const app = createApp({
    name: 'traced',
    env: {},
    publicSurfaces: ['api', 'mcp', 'cli'],
    edge: { hosts: ['testserver'] },
    log: { logger, trace: more.trace ?? 'continue', onCall: (record) => void records.push(record) },
    parts: [otel({ tracerProvider, meterProvider, ...options })],
  })
  const records: { traceId: string | null; spanId: string | null; callId: string }[] = []
  const on = <const Name extends string>(name: Name) =>
    ({ name, description: `Does ${name}.`, tool: true, cli: true }) as const
  app.post('/work', on('work'), async (_, call) => {
    await Promise.resolve()
    tracerProvider.getTracer('app').startSpan('query').end()
    call.background(async () => {
      await Promise.resolve()
      tracerProvider.getTracer('app').startSpan('mail').end()
    })
    return { span: trace.getSpan(context.active())?.spanContext().spanId, ours: call.trace?.spanId }
  })
  app.post('/refuse', on('refuse'), () => {
    throw new HttpError(409, 'No', { code: 'order_taken' })
  })
  app.post('/fail', on('fail'), () => {
    throw new TypeError(`cannot log in with ${SECRET}`)
  })
  const client = testClient(app)
  const spans = () => exporter.getFinishedSpans()
  const one = (test: (span: ReadableSpan) => boolean): ReadableSpan => {
    const [found, ...others] = spans().filter(test)
    if (found === undefined || others.length > 0) {
      throw new Error(`not one span: ${spans().map(({ name }) => name)}`)
    }
    return found
  }
  const points = async () => {
    await reader.forceFlush()
    return figures
      .getMetrics()
      .at(-1)
      ?.scopeMetrics.flatMap(({ metrics }) => metrics)
      .flatMap(({ descriptor, dataPoints }) =>
        dataPoints.map(({ attributes, value }) => ({ name: descriptor.name, attributes, value })),
      )
  }
  return { app, client, lines, records, spans, one, points }
}

const isServer = ({ kind }: ReadableSpan) => kind === SpanKind.SERVER

test.each(WAYS)('P-MWL-8: a call is a span in the trace of its caller, by %s', async (way) => {
  const it = traced()
  const { ok, raw } = await callBy(way, it.client, 'work', { headers })
  expect(ok, raw).toBe(true)
  await it.client.close()
  const span = it.one(isServer)
  expect(span.spanContext().traceId).toBe(TRACE)
  expect(span.parentSpanContext?.spanId).toBe(PARENT)
  expect(span.parentSpanContext?.isRemote).toBe(true)
  expect(span.spanContext().traceState?.serialize()).toBe('rojo=1')
  // What the handler opens is inside, and what the app says of itself is the same id.
  const query = it.one(({ name }) => name === 'query')
  expect(query.parentSpanContext?.spanId).toBe(span.spanContext().spanId)
  expect(raw).toContain(span.spanContext().spanId)
  expect(it.records[0]).toMatchObject({ traceId: TRACE, spanId: span.spanContext().spanId })
  expect(span.attributes).toMatchObject({
    'trefoil.action': 'work',
    'trefoil.outcome': 'ok',
    'trefoil.call_id': it.records[0]?.callId,
  })
  const names: Record<string, string> = { http: 'POST /work' }
  if (way === 'http') expect(span.name).toBe(names[way])
  if (way.startsWith('mcp')) {
    expect(span.name).toBe('tools/call work')
    expect(span.attributes).toMatchObject({
      'mcp.method.name': 'tools/call',
      'gen_ai.tool.name': 'work',
    })
  }
  if (way.startsWith('cli')) expect(span.name).toBe('cli work')
  // The stages that its plan has, in their order.
  const events = span.events.map(({ name }) => name)
  expect(events).toContain('bind')
  expect(events.indexOf('bind')).toBeLessThan(events.indexOf('execute'))
  expect(span.status.code).toBe(SpanStatusCode.UNSET)
})

test.each(WAYS)(
  'work after an answer is a trace of its own, linked to its call, by %s',
  async (way) => {
    const it = traced()
    await callBy(way, it.client, 'work', { headers })
    await it.client.close()
    const span = it.one(isServer)
    const task = it.one(({ name }) => name === 'background work')
    expect(task.parentSpanContext).toBeUndefined()
    expect(task.spanContext().traceId).not.toBe(TRACE)
    expect(task.links.map(({ context: of }) => [of.traceId, of.spanId])).toEqual([
      [TRACE, span.spanContext().spanId],
    ])
    const mail = it.one(({ name }) => name === 'mail')
    expect(mail.parentSpanContext?.spanId).toBe(task.spanContext().spanId)
    expect(task.attributes).toMatchObject({ 'trefoil.outcome': 'done', 'trefoil.action': 'work' })
  },
)

test.each(WAYS)(
  'a refusal is no error, a failure is one, and no secret leaves, by %s',
  async (way) => {
    const it = traced()
    await callBy(way, it.client, 'refuse', { headers })
    await callBy(way, it.client, 'fail', { headers: { ...headers, 'x-request-id': SECRET } })
    await it.client.close()
    const refused = it.one(({ attributes }) => attributes['trefoil.action'] === 'refuse')
    expect(refused.status.code).toBe(SpanStatusCode.UNSET)
    expect(refused.attributes).toMatchObject({
      'trefoil.outcome': 'refused',
      'trefoil.problem': 'order_taken',
    })
    const failed = it.one(({ attributes }) => attributes['trefoil.action'] === 'fail')
    expect(failed.status).toEqual({ code: SpanStatusCode.ERROR, message: 'INTERNAL_ERROR' })
    expect(failed.attributes['error.type']).toBe('INTERNAL_ERROR')
    const exception = failed.events.find(({ name }) => name === 'exception')
    expect(exception?.attributes).toMatchObject({ 'exception.type': 'TypeError' })
    for (const { name, attributes, events, status } of it.spans()) {
      expect(JSON.stringify([name, attributes, events, status])).not.toContain(SECRET)
    }
  },
)

test('what was thrown is told whole where somebody asks for it', async () => {
  const it = traced({ errors: 'message' })
  await callBy('http', it.client, 'fail', { headers })
  await it.client.close()
  const exception = it.one(isServer).events.find(({ name }) => name === 'exception')
  expect(exception?.attributes?.['exception.message']).toContain(SECRET)
})

test('a trace of strangers is taken where log.trace says so, and nowhere else', async () => {
  for (const mode of ['off', 'restart'] as const) {
    const it = traced({}, { trace: mode })
    await callBy('http', it.client, 'work', { headers })
    await it.client.close()
    const span = it.one(isServer)
    expect(span.parentSpanContext).toBeUndefined()
    expect(span.spanContext().traceId).not.toBe(TRACE)
    const id = mode === 'off' ? null : span.spanContext().traceId
    expect(it.records[0]?.traceId).toBe(id)
  }
})

test('requests that never were a call have a span, in the trace that their caller was told of', async () => {
  const it = traced()
  const answer = await it.client.http.get('/nowhere/hunter2', { headers })
  expect(answer.status).toBe(404)
  const odd = await it.client.http.request('BREW', '/nowhere')
  await it.client.close()
  const [first, second] = it.spans()
  expect(first?.name).toBe('GET')
  expect(second?.name).toBe('HTTP')
  expect(first?.spanContext().traceId).toBe(TRACE)
  expect(first?.attributes).toMatchObject({
    'http.request.method': 'GET',
    'http.response.status_code': 404,
    'trefoil.problem': 'not_found',
  })
  expect(second?.attributes['http.request.method']).toBe('_OTHER')
  expect(odd.status).toBeGreaterThan(400)
  expect(
    JSON.stringify(it.spans().map(({ attributes, name }) => [attributes, name])),
  ).not.toContain(SECRET)
})

test('a span that is current already is the parent: instrumentation of the server is nearer', async () => {
  const it = traced()
  const outer = trace.wrapSpanContext({
    traceId: 'a'.repeat(32),
    spanId: 'b'.repeat(16),
    traceFlags: 1,
  })
  await context.with(trace.setSpan(ROOT_CONTEXT, outer), () =>
    callBy('http', it.client, 'work', { headers }),
  )
  await it.client.close()
  expect(it.one(isServer).parentSpanContext?.spanId).toBe('b'.repeat(16))
})

test('figures have the names of the conventions and no word of a stranger', async () => {
  const it = traced()
  for (const way of WAYS) await callBy(way, it.client, 'work', { headers })
  await it.client.http.get('/nowhere/hunter2')
  await it.client.http.request('BREW', '/nowhere')
  const points = (await it.points()) ?? []
  await it.client.close()
  const of = (name: string) => points.filter((point) => point.name === name)
  expect(of('http.server.request.duration').map(({ attributes }) => attributes)).toContainEqual({
    'http.request.method': 'POST',
    'http.route': '/work',
    'http.response.status_code': 200,
    'url.scheme': 'http',
  })
  expect(of('mcp.server.operation.duration').map(({ attributes }) => attributes)).toContainEqual({
    'mcp.method.name': 'tools/call',
    'gen_ai.operation.name': 'execute_tool',
    'gen_ai.tool.name': 'work',
  })
  expect(of('rpc.server.duration').map(({ attributes }) => attributes)).toContainEqual({
    'rpc.system': 'trefoil',
    'rpc.method': 'work',
  })
  expect(of('trefoil.calls.running').map(({ value }) => value)).toEqual([0, 0, 0])
  expect(JSON.stringify(points)).not.toMatch(/hunter2|BREW/)
})

test('P-MWL-8: a provider that throws at every turn changes no call', async () => {
  const broken = () => {
    throw new Error('exporter is gone')
  }
  const tracerProvider = { getTracer: () => ({ startSpan: broken, startActiveSpan: broken }) }
  const instrument = { add: broken, record: broken }
  const meterProvider = {
    getMeter: () => ({ createHistogram: () => instrument, createUpDownCounter: () => instrument }),
  }
  const it = traced({
    tracerProvider: tracerProvider as never,
    meterProvider: meterProvider as never,
  })
  for (const way of WAYS) {
    const { ok, raw } = await callBy(way, it.client, 'work', { headers })
    expect(ok, raw).toBe(true)
  }
  await it.client.close()
  expect(it.lines).toEqual([])
})

test('without an SDK calls keep ids of their own', async () => {
  const app = createApp({
    name: 'bare',
    env: {},
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { trace: 'continue', level: 'silent' },
    parts: [otel()],
  })
  app.get('/', (_, call) => ({ id: call.trace?.spanId, parent: call.trace?.parentSpanId }))
  const client = testClient(app)
  const answer = Object((await client.http.get('/', { headers })).json())
  expect(answer.parent).toBe(PARENT)
  expect(answer.id).toMatch(/^[0-9a-f]{16}$/)
  expect(answer.id).not.toBe(PARENT)
  await client.close()
})
