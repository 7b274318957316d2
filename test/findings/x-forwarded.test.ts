// A trusted proxy that names a scheme or a host, and nobody it speaks for, is not believed: the
// values may be the client's own. Whoever set it up is told so once, with the header that is missing.
import { createApp } from 'trefoil'
import { serve } from 'trefoil/node'
import { expect, test } from 'vitest'
import { rawRequest } from '../runtimes/raw-request.ts'
import { ALL, ENV, Lines } from './surfaces.ts'

type Headers = Readonly<Record<string, string>>
type ProxyHeaders = 'x-forwarded' | 'forwarded'

/** What a request is taken for, and what the log says. */
async function behind(proxyHeaders: ProxyHeaders, heads: readonly Headers[], trusted = true) {
  const lines = new Lines()
  const app = createApp({
    name: 'x-forwarded',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: lines.logger },
    edge: {
      hosts: ['127.0.0.1', 'shop.example'],
      proxies: trusted ? ['127.0.0.1'] : ['192.0.2.1'],
      proxyHeaders,
    },
  })
  app.get('/', {}, (_, { request, client }) => ({
    scheme: request.scheme,
    host: request.host.replace(/:.*/, ''),
    address: client.address,
  }))
  const server = await serve(app, { port: 0, signals: false })
  const seen: unknown[] = []
  for (const headers of heads) {
    seen.push(JSON.parse((await rawRequest(server.url, { path: '/', headers })).text))
  }
  await server.close()
  return { seen, warnings: lines.at('warn').map(({ message }) => message) }
}

const DIRECT = { scheme: 'http', host: '127.0.0.1', address: '127.0.0.1' }
const BEHIND = { scheme: 'https', host: 'shop.example', address: '203.0.113.9' }

test.each<[string, ProxyHeaders, Headers, string]>([
  ['scheme', 'x-forwarded', { 'x-forwarded-proto': 'https' }, 'X-Forwarded-For'],
  ['host', 'x-forwarded', { 'x-forwarded-host': 'shop.example' }, 'X-Forwarded-For'],
  [
    'both, for somebody without an address',
    'x-forwarded',
    {
      'x-forwarded-proto': 'https',
      'x-forwarded-host': 'shop.example',
      'x-forwarded-for': 'unknown',
    },
    'X-Forwarded-For',
  ],
  ['both', 'forwarded', { forwarded: 'proto=https;host=shop.example' }, 'for='],
])('X-Forwarded: %s alone is not believed, and said once', async (_, family, head, missing) => {
  const { seen, warnings } = await behind(family, [head, head, head])
  expect(seen).toEqual([DIRECT, DIRECT, DIRECT])
  expect(warnings).toHaveLength(1)
  expect(warnings[0]).toContain(missing)
})

test('X-Forwarded: nothing is said of what is in order', async () => {
  const whole = {
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'shop.example',
    'x-forwarded-for': '203.0.113.9',
  }
  const heads = [{}, whole, { 'x-forwarded-for': '203.0.113.9' }]
  const { seen, warnings } = await behind('x-forwarded', heads)
  expect(seen.slice(0, 2)).toEqual([DIRECT, BEHIND])
  expect(warnings).toEqual([])
  const forwarded = { forwarded: 'for=203.0.113.9;proto=https;host=shop.example' }
  expect(await behind('forwarded', [forwarded])).toEqual({ seen: [BEHIND], warnings: [] })
})

test('X-Forwarded: a stranger makes nobody warn: it is not even read', async () => {
  const head = { 'x-forwarded-proto': 'https', forwarded: 'proto=https' }
  expect(await behind('x-forwarded', [head], false)).toEqual({ seen: [DIRECT], warnings: [] })
})
