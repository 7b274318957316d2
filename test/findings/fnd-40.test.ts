// FND-40: every view of a call knows the client: its address, as the edge accepted it, and its
// User-Agent, on every surface.
import { createApp, dependency } from 'trefoil'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { ANN, hooked, PLACES, type Probe, visit } from './hooked.ts'
import {
  ALL,
  alike,
  type CallOptions,
  clientOf,
  ENV,
  everywhere,
  Lines,
  NETWORK_IDS,
  on,
} from './surfaces.ts'

const UNKNOWN = { address: null, userAgent: null }

/** The client as plain data: a view has nothing to enumerate. */
function shown(view: object): unknown {
  const client = clientOf(view)
  return client === undefined
    ? 'no client'
    : { address: client.address, userAgent: client.userAgent }
}

describe('FND-40: call.client', () => {
  test.each(PLACES)('at %s', async (place) => {
    const build = () => {
      const seen: unknown[] = []
      const probe: Probe = (where, view) => {
        if (where === place && seen.length === 0) seen.push(shown(view))
      }
      return { ...hooked(probe, new Lines().logger), seen }
    }
    const clients = await everywhere(
      build,
      async (surface, { seen }) => {
        await visit(surface)
        return seen[0]
      },
      NETWORK_IDS,
    )
    const client = { address: '127.0.0.1', userAgent: 'findings/1' }
    expect(clients).toEqual(alike(client, NETWORK_IDS))
  })

  test.each(PLACES)('in this process there is none, at %s', async (place) => {
    const build = () => {
      const seen: unknown[] = []
      const probe: Probe = (where, view) => {
        if (where === place && seen.length === 0) seen.push(shown(view))
      }
      return { ...hooked(probe, new Lines().logger), seen }
    }
    const { headers: _, ...local } = ANN
    const clients = await everywhere(
      build,
      async (surface, { seen }) => {
        await surface.call('work', { amount: 1 }, local)
        await surface.call('fail', { amount: 1 }, local)
        await surface.call('denied', {}, local)
        return seen[0]
      },
      ['cli-local'],
    )
    expect(clients).toEqual(alike(UNKNOWN, ['cli-local']))
  })

  test('is a view: nothing on it can be changed', async () => {
    const build = () => {
      const seen: unknown[] = []
      const probe: Probe = (place, view) => {
        if (place !== 'handler') return
        const client = clientOf(view)
        seen.push(client !== undefined && Object.isFrozen(client))
      }
      return { ...hooked(probe, new Lines().logger), seen }
    }
    const answers = await everywhere(build, async (surface, { seen }) => {
      await visit(surface)
      return seen[0]
    })
    expect(answers).toEqual(alike(true))
  })
})

function build(more: object = {}) {
  const options = {
    name: 'fnd-40',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: new Lines().logger },
    ...more,
  }
  const app = createApp(options)
  app.post('/who', on('who'), (_, call) => shown(call))
  const inside = dependency((_, call) => shown(call), { name: 'inside' })
  app.post('/inside', { ...on('inside'), params: { inside } }, (args) => args.inside)
  app.post('/request', on('request'), (_, call) => ({
    old: 'clientAddress' in call.request,
    userAgent: call.request.headers.get('user-agent'),
  }))
  return { app }
}

async function clients(more: object, options: CallOptions): Promise<unknown> {
  return everywhere(
    () => build(more),
    async (surface) => [
      (await surface.call('who', {}, options)).value,
      (await surface.call('inside', {}, options)).value,
    ],
    NETWORK_IDS,
  )
}

describe('FND-40: the address is the one the edge accepted', () => {
  const forwarded = { headers: { 'x-forwarded-for': '203.0.113.9', 'user-agent': 'a/1' } }
  test('of a trusted proxy', async () => {
    const client = { address: '203.0.113.9', userAgent: 'a/1' }
    expect(await clients({ edge: { proxies: ['127.0.0.1'] } }, forwarded)).toEqual(
      alike([client, client], NETWORK_IDS),
    )
  })
  test('not of anybody', async () => {
    const client = { address: '127.0.0.1', userAgent: 'a/1' }
    expect(await clients({}, forwarded)).toEqual(alike([client, client], NETWORK_IDS))
  })
  test('and the User-Agent is text as it was sent', async () => {
    const userAgent = 'Mozilla/5.0 (X; "quoted") <b>'
    const client = { address: '127.0.0.1', userAgent }
    expect(await clients({}, { headers: { 'user-agent': userAgent } })).toEqual(
      alike([client, client], NETWORK_IDS),
    )
  })
})

test('FND-40: there is one place for it: call.request.clientAddress is gone', async () => {
  const seen = await everywhere(build, async (surface) => {
    const { value } = await surface.call('request')
    return value instanceof Object && 'old' in value && value.old
  })
  expect(seen).toEqual(alike(false))
})

test('FND-40: the test client says who it is, and so does an unknown transport', async () => {
  for (const clientAddress of ['198.51.100.7', null]) {
    const client = testClient(build().app, { clientAddress, headers: { 'user-agent': 'tests/1' } })
    const expected = { address: clientAddress, userAgent: 'tests/1' }
    expect((await client.http.post('/who')).json()).toEqual(expected)
    expect(JSON.parse((await client.mcp.callTool('who')).text)).toEqual(expected)
    expect(await client.cli.call('who')).toMatchObject({ body: expected })
    await client.close()
  }
})

test('FND-40: a request without a User-Agent has none', async () => {
  const response = await build().app.fetch(new Request('http://localhost/who', { method: 'POST' }))
  expect(await response.json()).toEqual(UNKNOWN)
})
