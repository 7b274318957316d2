// Who attacks: a stranger with the methods nobody thinks of. What they would win: what GET would
// have told an authenticated caller, by its headers, its length, or a missing check.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMIN, type Attacked, attacked } from './attacked-app.ts'
import './eventually.ts'
import { ask, RawConnection, request } from './raw-connection.ts'

let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

const PROTECTED = [
  '/orders/ord_1',
  '/search',
  '/openapi.json',
  '/docs',
  '/mcp/docs',
  '/.well-known/trefoil-actions.json',
]

describe.each(PROTECTED)('%s', (path) => {
  it('W-28 HEAD asks for the same credential, and its answer does not depend on the data', async () => {
    const before = target.seen.opens
    const answer = await ask(target.port, request(`HEAD ${path}`))
    expect(answer?.status).toBe(401)
    expect(answer?.head).toMatch(/^www-authenticate: Bearer$/im)
    expect(target.seen.opens).toBe(before)
  })

  it('W-28 HEAD of somebody known has the head of GET and no body', async () => {
    const auth = [`Authorization: ${ADMIN['authorization']}`]
    const connection = new RawConnection(target.port)
    connection.send(request(`HEAD ${path}`, auth) + request('GET /health', ['Connection: close']))
    const head = await connection.response('HEAD')
    expect(head?.status).toBe(200)
    // The next bytes are the next answer: no body slipped in.
    expect((await connection.response())?.body).toBe('{"up":true}')
    connection.vanish()
  })

  it('W-28 OPTIONS tells methods and nothing else', async () => {
    const before = target.seen.opens
    const answer = await ask(target.port, request(`OPTIONS ${path}`))
    expect(answer?.status).toBe(204)
    expect(answer?.head).toMatch(/^allow: [A-Z, ]+$/im)
    expect(answer?.head).not.toMatch(/www-authenticate|content-length|etag/i)
    expect(target.seen.opens).toBe(before)
  })
})

it.each(['TRACE', 'CONNECT', 'PROPFIND', 'PURGE', 'PATCH', 'PUT', 'QUERY'])(
  'ROUTE-9 %s reaches nothing',
  async (method) => {
    const before = target.seen.args.length
    const headers = [`Authorization: ${ADMIN['authorization']}`, 'X-HTTP-Method-Override: GET']
    const answer = await ask(target.port, request(`${method} /who`, headers))
    // CONNECT is closed without a word: this is no proxy.
    if (answer !== null) expect([400, 405]).toContain(answer.status)
    expect(answer?.body ?? '').not.toContain('Bearer ')
    expect(target.seen.args.length).toBe(before)
  },
)

it.each(['GET', 'HEAD', 'PUT', 'DELETE'])('MCP-1 %s /mcp is 405', async (method) => {
  const answer = await ask(target.port, request(`${method} /mcp`))
  expect(answer?.status).toBe(405)
  expect(answer?.head).toMatch(/^allow: .*POST/im)
})
