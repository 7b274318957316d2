// Who attacks: a remote that answers with a redirect (or somebody who may write one into it).
// What they would win: the bearer token of everybody who calls it (W-1).
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createRemoteTarget } from '../../packages/trefoil/src/client.ts'
import { createApp, query, reply } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { members } from '../parity/driver.ts'

const TOKEN = 'very-secret-token'
const visits: (string | undefined)[] = []
let thief: Server
let remote: Server
let status = 302

beforeAll(async () => {
  thief = createServer((request, response) => {
    visits.push(request.headers.authorization)
    response.end('{"ok":true,"status_code":200,"body":"stolen"}')
  })
  remote = createServer((_request, response) => {
    response.writeHead(status, { location: `http://127.0.0.1:${portOf(thief)}/`, refresh: '0' })
    response.end('{}')
  })
  for (const server of [thief, remote]) {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  }
})
afterAll(() => {
  thief.close()
  remote.close()
})

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port
}

describe('W-1 the client follows nobody', () => {
  it.each([300, 301, 302, 303, 304, 307, 308, 399])('%d', async (redirect) => {
    status = redirect
    const target = createRemoteTarget({ url: `http://127.0.0.1:${portOf(remote)}`, token: TOKEN })
    for (const answer of [await target.manifest(), await target.call({ action: 'x' })]) {
      expect(members(members(answer)['error'])['code']).toBe('remote_redirect')
      expect(JSON.stringify(answer)).not.toContain(TOKEN)
    }
    expect(visits).toEqual([])
  })
})

describe('W-1 the server redirects nobody by itself', () => {
  let server: RunningServer
  beforeAll(async () => {
    const app = createApp({ name: 'redirecting', publicSurfaces: ['api', 'mcp', 'cli'] })
    app.get('/away', { params: { to: query(z.string()) } }, ({ to }) =>
      reply(null, { status: 302, headers: { location: to } }),
    )
    server = await serve(app, { port: 0, signals: false })
  })
  afterAll(() => server.close())

  it('slashes and case are matched in place, never answered with a Location', async () => {
    for (const path of ['/away/', '//away', '/AWAY', '/mcp/', '/docs/', '/']) {
      const response = await fetch(server.url + path, { redirect: 'manual' })
      expect(response.headers.get('location'), path).toBeNull()
    }
  })

  it('a redirect of a handler carries nothing of the request', async () => {
    const response = await fetch(`${server.url}/away?to=https://else.example/`, {
      redirect: 'manual',
      headers: { authorization: `Bearer ${TOKEN}`, cookie: `session=${TOKEN}` },
    })
    expect(response.status).toBe(302)
    expect(JSON.stringify([...response.headers])).not.toContain(TOKEN)
  })
})
