import { expect, test } from 'vitest'
import type { ActionTarget } from '../contract/protocol/action-protocol.ts'
import { createClient } from './create-client.ts'
import { createRemoteTarget } from './remote-client.ts'
import type { TraceOption } from './sent-trace.ts'

const PARENT = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
const URL = 'https://api.example.com'

const BROKEN = {
  get traceparent(): string {
    throw new Error('no')
  },
}

/** A `fetch` that answers nothing of worth, and the headers that it was given. */
function listening() {
  const sent: Headers[] = []
  const listen: typeof fetch = async (_input, init) => {
    sent.push(new Headers(init?.headers))
    return Response.json({ ok: true, status_code: 200, body: 1 })
  }
  return { sent, listen }
}

/** Calls one action with this option, through both of our clients. */
async function sentWith(traceparent: TraceOption): Promise<readonly Headers[]> {
  const { sent, listen } = listening()
  const target: ActionTarget = createRemoteTarget({ url: URL, traceparent, fetch: listen })
  await target.call({ action: 'act' })
  const client = createClient<Record<never, never>>(URL, {
    traceparent,
    surface: 'cli',
    fetch: listen,
  })
  const act: unknown = Reflect.get(client, 'act')
  if (typeof act === 'function') await act()
  expect(sent).toHaveLength(2)
  return sent
}

test.each<[string, TraceOption, string | null]>([
  ['a value', PARENT, null],
  ['a trace', { traceparent: PARENT, tracestate: 'rojo=1' }, 'rojo=1'],
  ['a trace without a state', { traceparent: PARENT, tracestate: null }, null],
  ['a function', () => PARENT, null],
  ['a function of a trace', () => ({ traceparent: PARENT, tracestate: 'rojo=1' }), 'rojo=1'],
  ['a state that may not be passed on', { traceparent: PARENT, tracestate: 'a\r\nb: 1' }, null],
  ['a state in two lines', { traceparent: PARENT, tracestate: 'a=1\r\n,b=2' }, null],
])('given %s, both clients send it', async (_, option, state) => {
  for (const headers of await sentWith(option)) {
    expect(headers.get('traceparent')).toBe(PARENT)
    expect(headers.get('tracestate')).toBe(state)
  }
})

test.each<[string, TraceOption]>([
  ['nothing', () => null],
  ['no trace', () => 'x\r\ny: 1'],
  ['what no header can carry', () => `01${PARENT.slice(2)}-\u2713`],
  ['what the types forbid', (() => 5) as unknown as TraceOption],
  [
    'a throw',
    () => {
      throw new Error('no')
    },
  ],
  [
    'a getter that throws',
    () => ({
      get traceparent(): string {
        throw new Error('no')
      },
    }),
  ],
])('given a function with %s, the call is sent without', async (_, option) => {
  for (const headers of await sentWith(option)) {
    expect(headers.has('traceparent')).toBe(false)
    expect(headers.has('tracestate')).toBe(false)
  }
})

test('a function is asked for every request', async () => {
  const { sent, listen } = listening()
  let asked = 0
  const traceparent = () => `00-${`${++asked}`.padStart(32, '0')}-00f067aa0ba902b7-01`
  const target = createRemoteTarget({ url: URL, traceparent, fetch: listen })
  await target.call({ action: 'act' })
  await target.call({ action: 'act' })
  expect(new Set(sent.map((headers) => headers.get('traceparent'))).size).toBe(2)
})

test.each(['x', PARENT.toUpperCase(), { traceparent: 'x' }, {}, 5, null, BROKEN])(
  'a value that is no trace is refused at once, and not shown (%#)',
  (value) => {
    const traceparent = value as unknown as TraceOption
    const make = () => createRemoteTarget({ url: URL, traceparent })
    expect(make).toThrow(/traceparent must be a traceparent such as/)
    expect(make).not.toThrow(PARENT.toUpperCase())
  },
)
