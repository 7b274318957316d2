// Who attacks: a web page that the developer happens to visit while a local server runs. What
// they would win: calling tools and actions of that server through the visitor's browser. A page
// can send simple requests (form and text types) anywhere without asking first.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { CALL_PATH } from '../../packages/trefoil/src/contract/protocol/paths.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { actionCall, toolCall } from './attacked-app.ts'

let server: RunningServer
let runs = 0

beforeAll(async () => {
  const app = createApp({
    name: 'local',
    publicSurfaces: ['api', 'mcp', 'cli'],
    mcp: { allowedOrigins: ['https://inspector.example'] },
  })
  app.action('wipe', { description: 'Wipe the disk.', tool: true, cli: true }, () => {
    runs++
    return { wiped: true }
  })
  server = await serve(app, { port: 0, signals: false })
})
afterAll(() => server.close())

const PATHS = [
  ['/mcp', toolCall('wipe', '{}')],
  [CALL_PATH, actionCall('wipe', '{}')],
] as const

async function send(
  path: string,
  body: string,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const init = { method: 'POST', headers, body: new TextEncoder().encode(body) }
  return (await fetch(server.url + path, init)).status
}

describe.each(PATHS)('%s', (path, body) => {
  it.each([
    'text/plain',
    'text/plain;charset=utf-8',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain; application/json',
    'text/plain, application/json',
    'application/json, text/plain',
    'application/jsonp',
    'application/json+evil',
    '*/*',
    '',
  ])('MCP-3 W-23 a simple request of type "%s" runs nothing', async (type) => {
    const before = runs
    const status = await send(path, body, {
      ...(type === '' ? {} : { 'content-type': type }),
      origin: 'https://evil.example',
    })
    // Two types in one header are 400, whoever sends them (FND-25).
    const isTwo = type.includes(', ')
    expect(isTwo ? [400] : [403, 415]).toContain(status)
    const alone = await send(path, body, type === '' ? {} : { 'content-type': type })
    expect(alone).toBe(isTwo ? 400 : 415)
    expect(runs).toBe(before)
  })

  it('the real thing runs, so the refusals above mean something', async () => {
    const before = runs
    expect(await send(path, body, { 'content-type': 'application/json' })).toBe(200)
    expect(await send(path, body, { 'content-type': 'Application/JSON; charset=utf-8' })).toBe(200)
    expect(runs).toBe(before + 2)
  })

  it('CORS-3 a preflight is given no permission', async () => {
    const response = await fetch(server.url + path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://evil.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'content-type,authorization',
      },
    })
    expect(
      [...response.headers.keys()].filter((name) => name.startsWith('access-control')),
    ).toEqual([])
  })
})

describe('/mcp Origin', () => {
  it.each([
    'https://evil.example',
    'null',
    'http://inspector.example',
    'https://inspector.example:8443',
    'https://inspector.example.evil.example',
    'https://evil.example/https://inspector.example',
    'HTTPS://INSPECTOR.EXAMPLE',
    `http://127.0.0.1`,
    '*',
    '',
  ])('MCP-3 "%s" is refused before anything is read', async (origin) => {
    const before = runs
    const headers = { 'content-type': 'application/json', origin }
    expect(await send('/mcp', toolCall('wipe', '{}'), headers)).toBe(403)
    expect(runs).toBe(before)
  })

  it('MCP-3 the listed origin passes', async () => {
    const headers = { 'content-type': 'application/json', origin: 'https://inspector.example' }
    expect(await send('/mcp', toolCall('wipe', '{}'), headers)).toBe(200)
  })
})
