// ADAPT-1: whoever listens, the same request has the same answer. For other runtimes than this Node
// see `probe`.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { HOSTS, type Host } from './hosts.ts'
import { createMountedApp, type MountedApp } from './mounted-app.ts'
import { type RawAnswer, type RawRequest, rawRequest } from './raw-request.ts'

const JSON_TYPE = { 'content-type': 'application/json' }

const REQUESTS: readonly (readonly [string, RawRequest])[] = [
  ['the root', { path: '/' }],
  ['a path argument', { path: '/items/a%20b' }],
  ['an encoded query', { path: '/who?x=%2F&y=%61' }],
  ['an unknown path', { path: '/nowhere' }],
  ['HEAD', { path: '/who', method: 'HEAD' }],
  ['OPTIONS', { path: '/echo', method: 'OPTIONS' }],
  ['a wrong method', { path: '/echo', method: 'DELETE' }],
  ['a foreign host', { path: '/who', headers: { host: 'evil.test' } }],
  ['a JSON body', { path: '/echo', method: 'POST', headers: JSON_TYPE, body: '{"text":"ä"}' }],
  ['broken JSON', { path: '/echo', method: 'POST', headers: JSON_TYPE, body: '{"text"' }],
  ['a wrong argument', { path: '/echo', method: 'POST', headers: JSON_TYPE, body: '{"text":1}' }],
  [
    'a body over the limit',
    { path: '/echo', method: 'POST', headers: JSON_TYPE, body: JSON.stringify('x'.repeat(1000)) },
  ],
  ['a stream', { path: '/stream' }],
  ['a forged address', { path: '/who', headers: { 'x-forwarded-for': '9.9.9.9' } }],
  ['plain text errors', { path: '/nowhere', headers: { accept: 'text/plain' } }],
  [
    'a form',
    {
      path: '/upload',
      method: 'POST',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body: [
        '--b',
        'content-disposition: form-data; name="title"',
        '',
        'T',
        '--b',
        'content-disposition: form-data; name="doc"; filename="a.txt"',
        '',
        'text',
        '--b--',
        '',
      ].join('\r\n'),
    },
  ],
  [
    'a tool call',
    {
      path: '/mcp',
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"tool"}}',
    },
  ],
  [
    'an action call',
    {
      path: '/__trefoil__/actions/call',
      method: 'POST',
      headers: JSON_TYPE,
      body: '{"action":"tool"}',
    },
  ],
]

/** Headers of the host framework and of the connection. */
const OWN = new Set(['connection', 'keep-alive', 'date', 'x-powered-by', 'transfer-encoding'])

function comparable({ status, headers, text }: RawAnswer, isHead: boolean): unknown {
  const kept = Object.entries(headers)
    .filter(([name]) => !OWN.has(name))
    // The fetch standard has no length of a body that is not sent.
    .filter(([name]) => !(isHead && name === 'content-length'))
    .map(([name, value]) => [name, name === 'x-request-id' ? 'id' : value])
    .sort()
  return { status, headers: kept, text: text.replace(/"request_id":"[^"]*"/, '"request_id":"id"') }
}

const mounts = new Map<string, { host: Host; mounted: MountedApp }>()

beforeAll(async () => {
  for (const [name, start] of Object.entries(HOSTS)) {
    const mounted = createMountedApp()
    mounts.set(name, { mounted, host: await start(mounted) })
  }
})

afterAll(async () => {
  for (const { host } of mounts.values()) await host.close()
})

function at(name: string): { host: Host; mounted: MountedApp } {
  const mount = mounts.get(name)
  if (mount === undefined) throw new Error(`${name} did not start`)
  return mount
}

describe.each(Object.keys(HOSTS).filter((name) => name !== 'serve'))('mounted in %s', (name) => {
  it.each(REQUESTS)('%s is answered as by serve (ADAPT-1)', async (_, request) => {
    const isHead = request.method === 'HEAD'
    const wanted = comparable(await rawRequest(at('serve').host.url, request), isHead)
    expect(comparable(await rawRequest(at(name).host.url, request), isHead)).toEqual(wanted)
  })

  it.each(['/items/a%2Fb', '/%77ho', '//who', '/who/'])(
    '%s is for the host to judge, not to be read as another path (FND-27)',
    async (path) => {
      const { url } = at('serve').host
      const alone = await rawRequest(url, { path })
      // Hono's requests are those of a server of its own.
      const status = name === 'hono' ? alone.status : 404
      expect((await rawRequest(at(name).host.url, { path })).status).toBe(status)
    },
  )

  it('a caller that goes away aborts the call', async () => {
    const { host, mounted } = at(name)
    const abort = new AbortController()
    const answer = fetch(`${host.url}/wait`, { signal: abort.signal })
    await mounted.waiting
    abort.abort()
    await expect(answer).rejects.toThrow()
    await mounted.gone
  })
})

it('serve answers them at all', async () => {
  const { url } = at('serve').host
  const answers = await Promise.all(REQUESTS.map(([, request]) => rawRequest(url, request)))
  expect(answers.map(({ status }) => status)).toEqual([
    200, 200, 200, 404, 200, 204, 405, 400, 200, 400, 400, 413, 200, 200, 404, 200, 200, 200,
  ])
  const forged = answers[13]

  expect(JSON.parse(forged?.text ?? '')).toMatchObject({ address: '127.0.0.1' })
})
