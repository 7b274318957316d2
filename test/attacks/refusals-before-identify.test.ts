// PW-31, FND-32: what is refused before anybody was asked who is calling leaves one record all the same,
// for `onCall` and for the access log, whichever way it came in: otherwise a flood is seen by nobody.
import { type AccessEvent, createApp, Problem } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { definePart } from 'trefoil/parts'
import { describe, expect, test } from 'vitest'
import {
  ALL,
  alike,
  ENV,
  everywhere,
  Gate,
  Lines,
  NETWORK_IDS,
  on,
  oneSurface,
  Records,
  type Surface,
  type SurfaceId,
  settled,
  within,
} from '../findings/surfaces.ts'
import { ask } from './raw-connection.ts'

function build(admit?: () => unknown, limits: object = {}) {
  const records = new Records()
  const events: AccessEvent[] = []
  const gate = new Gate()
  const asked = { identify: 0 }
  const app = createApp({
    env: ENV,
    limits,
    log: {
      logger: new Lines().logger,
      onCall: records.onCall,
      access: (event: AccessEvent) => void events.push(event),
    },
    auth: [
      {
        authenticate: (_request: object) => {
          asked.identify++
          return new AuthContext({ subject: 'ann' })
        },
        surfaces: ALL,
      },
    ],
    parts: admit === undefined ? [] : [definePart({ name: 'gate', admit: { admit } } as never)],
  })
  app.post('/free', on('free'), () => 'free')
  app.post('/hold', on('hold'), () => gate.wait())
  return { app, records, events, asked, gate }
}

type Built = ReturnType<typeof build>

/** What the records say; fails unless the access log heard the same, once for each. */
async function recorded({ records, events, asked }: Built, count = 1) {
  await records.atLeast(count)
  await settled()
  expect(events.map(({ call_id: id }) => id).sort()).toEqual(
    records.all.map(({ callId }) => callId).sort(),
  )
  return records.all.map(({ outcome, problem, status, subject, action, surface }) => ({
    ...{ outcome, problem, status, subject, action, surface },
    identified: asked.identify,
  }))
}

const surfaceNameOf = (id: SurfaceId) =>
  id === 'http' ? 'api' : id.startsWith('mcp') ? 'mcp' : 'cli'

const PATHS = { api: '/free', mcp: '/mcp', cli: '/__trefoil__/actions/call' } as const

describe('PW-31: refused by `admit`', () => {
  const refusals: Readonly<
    Record<string, readonly [admit: () => unknown, code: string, status: number]>
  > = {
    'with a problem': [() => new Problem('unavailable'), 'unavailable', 503],
    'with one, late': [async () => new Problem('unavailable'), 'unavailable', 503],
    'because it threw': [
      () => {
        throw new Error('store down')
      },
      'INTERNAL_ERROR',
      500,
    ],
    'because it rejected': [() => Promise.reject(new Error('store down')), 'INTERNAL_ERROR', 500],
  }
  test.each(Object.keys(refusals))('%s, on every surface', async (name) => {
    const [admit, problem, status] = refusals[name] ?? [() => {}, '', 0]
    const seen = await everywhere(
      () => build(admit),
      async (surface, built) => {
        await surface.call('free', {}, { token: 'ann' })
        return recorded(built)
      },
    )
    const wanted = (surface: string) => [
      { outcome: 'failed', problem, status, subject: null, action: 'free', surface, identified: 0 },
    ]
    expect(seen).toEqual({
      ...alike(wanted('mcp'), ['mcp-legacy', 'mcp-modern']),
      ...alike(wanted('cli'), ['cli-local', 'cli-remote']),
      http: wanted('api'),
    })
  })
})

describe('FND-32: refused at the edge, by the browser’s rules, by load, by the parser', () => {
  const json = { 'content-type': 'application/json' }
  const body = '{}'
  const knock = (id: SurfaceId, headers: Readonly<Record<string, string>>) => (surface: Surface) =>
    fetch(surface.url + PATHS[surfaceNameOf(id)], {
      method: 'POST',
      headers: { ...json, ...headers },
      body,
    })
  const raw = (id: SurfaceId, head: string) => (surface: Surface) =>
    ask(surface.server.port, `POST ${PATHS[surfaceNameOf(id)]} HTTP/1.1\r\n${head}\r\n\r\n`)
  const cases: Readonly<
    Record<string, readonly [(id: SurfaceId) => (surface: Surface) => Promise<unknown>, string]>
  > = {
    'a foreign host': [(id) => raw(id, 'Host: evil.example\r\nContent-Length: 0'), 'INVALID_HOST'],
    'two hosts': [(id) => raw(id, 'Host: localhost\r\nHost: localhost'), 'INVALID_HOST'],
    'a body that is announced as too large': [
      (id) =>
        raw(id, 'Host: localhost\r\nContent-Length: 99999999\r\nContent-Type: application/json'),
      'payload_too_large',
    ],
  }
  test.each(Object.keys(cases))('%s, on every path', async (name) => {
    const [knocking, problem] = cases[name] ?? [() => async () => {}, '']
    const seen = await everywhere(
      build,
      async (surface, built: Built) => {
        await knocking(surface.id)(surface)
        return (await recorded(built)).map(({ outcome, problem: code, subject, identified }) => [
          ...[outcome, code, subject, identified],
        ])
      },
      NETWORK_IDS,
    )
    expect(seen).toEqual(alike([['refused', problem, null, 0]], NETWORK_IDS))
  })

  test.each([
    [
      'http',
      { cookie: 'a=b', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      'csrf_refused',
    ],
    [
      'cli-remote',
      { cookie: 'a=b', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
      'csrf_refused',
    ],
    ['mcp-modern', { origin: 'https://evil.example' }, 'invalid_origin'],
  ] as const)('a foreign page, over %s', async (id, headers, problem) => {
    const built = build()
    const seen = await oneSurface(id, built, async (surface) => {
      await knock(id, headers)(surface)
      return recorded(built)
    })
    expect(seen).toMatchObject([
      { outcome: 'refused', problem, subject: null, identified: 0, surface: surfaceNameOf(id) },
    ])
  })

  test('one too many, on every path', async () => {
    const seen = await everywhere(
      () => build(undefined, { inFlight: 1 }),
      async (surface, built: Built) => {
        const held = surface.call('hold', {}, { token: 'ann' })
        await within(built.gate.reached, 'the handler')
        await surface.call('free', {}, { token: 'ann' })
        const refused = await recorded(built)
        built.gate.open()
        await held
        return refused.map(({ outcome, problem, status, subject }) => [
          outcome,
          problem,
          status,
          subject,
        ])
      },
      NETWORK_IDS,
    )
    expect(seen).toEqual(alike([['failed', 'unavailable', 503, null]], NETWORK_IDS))
  })

  test('what is no HTTP at all is answered, and recorded', async () => {
    const built = build()
    const seen = await oneSurface('http', built, async (surface) => {
      await ask(surface.server.port, 'NOT HTTP\r\n\r\n')
      return recorded(built)
    })
    expect(seen).toMatchObject([{ outcome: 'refused', problem: 'bad_request', subject: null }])
  })

  test('a hundred refusals are a hundred records', async () => {
    const built = build(() => new Problem('unavailable'))
    const seen = await oneSurface('http', built, async (surface) => {
      await Promise.all(Array.from({ length: 100 }, () => surface.call('free', {}, { token: 'a' })))
      return recorded(built, 100)
    })
    expect(seen).toHaveLength(100)
  })
})
