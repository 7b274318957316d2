import { expect, test } from 'vitest'
import { createIdSource } from '../base/ids.ts'
import { TraceSource } from './trace-source.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const SENT = `00-${TRACE}-00f067aa0ba902b7-00`

function source(headers: readonly string[] = [], continues = true) {
  let made = 0
  const nextId = () => `${++made}`.padStart(32, 'a')
  return { traced: new TraceSource({ continues, nextId }, headers), drawn: () => made }
}

test('nothing is drawn before somebody asks, and then one trace is all there is', () => {
  const { traced, drawn } = source(['TraceParent', SENT, 'tracestate', 'a=1', 'Tracestate', 'b=2'])
  expect(drawn()).toBe(0)
  const { trace } = traced
  expect(traced.trace).toBe(trace)
  expect(drawn()).toBe(1)
  expect({ ...JSON.parse(JSON.stringify(trace)), state: trace.tracestate }).toEqual({
    traceId: TRACE,
    spanId: 'a'.repeat(16),
    parentSpanId: '00f067aa0ba902b7',
    state: 'a=1,b=2',
  })
  // Flags are the caller's: who does not record makes nobody else.
  expect(trace.traceparent).toBe(`00-${TRACE}-${'a'.repeat(16)}-00`)
})

test('a trace that begins here has no parent and no state, and is sampled', () => {
  const { trace } = source(['tracestate', 'a=1']).traced
  expect(trace).toMatchObject({ parentSpanId: null, tracestate: null })
  expect(trace.traceparent).toBe(`00-${'a'.repeat(31)}1-${'a'.repeat(16)}-01`)
})

test.each([
  ['two of them', ['traceparent', SENT, 'traceparent', SENT]],
  ['two that differ', ['traceparent', SENT, 'TRACEPARENT', 'x']],
  ['one that is none', ['traceparent', 'x', 'tracestate', 'a=1']],
])('headers with %s begin a trace of our own', (_, headers) => {
  const { trace } = source(headers).traced
  expect(trace.traceId).not.toBe(TRACE)
  expect(trace.tracestate).toBeNull()
})

test('an app that restarts takes nobody’s, by headers or by a message', () => {
  const { traced } = source(['traceparent', SENT], false)
  traced.fromMessage(SENT, 'a=1')
  expect(traced.trace).toMatchObject({ parentSpanId: null, tracestate: null })
  expect(traced.trace.traceId).not.toBe(TRACE)
})

test('a message wins over headers, with its own state alone', () => {
  const { traced } = source(['traceparent', SENT, 'tracestate', 'header=1'])
  traced.fromMessage(`00-${'b'.repeat(32)}-${'c'.repeat(16)}-01`, undefined)
  expect(traced.trace).toMatchObject({ traceId: 'b'.repeat(32), tracestate: null })
})

test.each([undefined, null, 5, {}, '', 'x'])(
  'a message that says %o leaves the headers',
  (said) => {
    const { traced } = source(['traceparent', SENT, 'tracestate', 'header=1'])
    traced.fromMessage(said, 'message=1')
    expect(traced.trace).toMatchObject({ traceId: TRACE, tracestate: 'header=1' })
  },
)

test('what has been told of is not changed by a message', () => {
  const { traced } = source(['traceparent', SENT])
  const before = traced.trace
  traced.fromMessage(`00-${'b'.repeat(32)}-${'c'.repeat(16)}-01`, undefined)
  expect(traced.trace).toBe(before)
})

test('no id is all zeros, whatever the source of randomness', () => {
  const nextId = createIdSource((target) => target.fill(0))
  const { trace } = new TraceSource({ continues: true, nextId }, [])
  expect(trace.traceparent).toBe(`00-${'0'.repeat(31)}1-${'0'.repeat(15)}1-01`)
})

test('PW-02: what is handed out can be neither changed nor listed', () => {
  const { trace } = source(['traceparent', SENT]).traced
  expect(Object.keys(trace)).toEqual([])
  expect(Reflect.set(trace, 'traceId', 'x')).toBe(false)
  expect(Reflect.set(trace, 'other', 'x')).toBe(false)
  expect(Reflect.set(Object.getPrototypeOf(trace), 'toJSON', () => 'x')).toBe(false)
  expect(Object.isExtensible(trace)).toBe(false)
})
