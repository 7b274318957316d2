import { expect, test } from 'vitest'
import { type Call, createApp, stream } from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { callBy, linesOf, WAYS } from './ways.ts'

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736'
const PARENT = '00f067aa0ba902b7'
const headers = {
  traceparent: `00-${TRACE}-${PARENT}-01`,
  tracestate: 'rojo=1',
  'x-request-id': 'caller-7',
}

/** What is done after the handler has returned, each of it with a line. */
function late() {
  const { lines, logger } = linesOf()
  const app = createApp({
    name: 'late',
    env: {},
    publicSurfaces: ['api', 'mcp', 'cli'],
    edge: { hosts: ['testserver'] },
    log: { logger, trace: 'continue', onCall: (record) => void records.push(record.spanId) },
  })
  const records: (string | null)[] = []
  const seen: unknown[] = []
  const look = (what: string, { log, trace }: Pick<Call, 'log' | 'trace'>) => {
    log.info(what)
    seen.push([trace?.traceId, trace?.spanId, trace?.parentSpanId, trace?.tracestate])
  }
  const on = <const Name extends string>(name: Name) =>
    ({ name, description: `Does ${name}.`, tool: true, cli: true }) as const
  app.post('/work', on('work'), (_, call) => {
    look('handler', call)
    call.background((task) => {
      look('task', task)
      task.background((nested) => {
        look('task of a task', nested)
        throw new Error('late')
      })
    })
    return {}
  })
  app.post('/pieces', on('pieces'), (_, call) => {
    look('handler', call)
    const pieces = async function* () {
      await Promise.resolve()
      look('piece', call)
      yield 'a'
      throw new Error('late')
    }
    return stream(pieces())
  })
  const client = testClient(app)
  return { app, client, lines, seen, records }
}

test.each(WAYS)('P-MWL-1: background work has the ids of its call, by %s', async (way) => {
  const app = late()
  const { ok, raw } = await callBy(way, app.client, 'work', { headers })
  expect(ok, raw).toBe(true)
  await app.client.close()
  const [spanId] = app.records
  const ids = { request_id: 'caller-7', trace_id: TRACE, span_id: spanId }
  expect(app.lines.map(({ message }) => message)).toEqual([
    'handler',
    'task',
    'task of a task',
    'Background task failed',
  ])
  for (const { fields } of app.lines) expect(fields).toMatchObject(ids)
  expect(new Set(app.lines.map(({ fields }) => fields['call_id'])).size).toBe(1)
  const own = [TRACE, spanId, PARENT, 'rojo=1']
  expect(app.seen).toEqual([own, own, own])
})

test.each(WAYS)('P-MWL-1: so have the pieces of a stream, and its end, by %s', async (way) => {
  const app = late()
  await callBy(way, app.client, 'pieces', { headers }).catch(() => {})
  await app.client.close()
  const [spanId] = app.records
  expect(app.lines.map(({ message }) => message)).toEqual(['handler', 'piece', 'Unhandled error'])
  const ids = { request_id: 'caller-7', trace_id: TRACE, span_id: spanId }
  for (const { fields } of app.lines) expect(fields).toMatchObject(ids)
})
