// Who attacks: a client behind a gateway that reads the other one of two equal headers. What they
// would win: the gateway checks one credential, length or host, and we use another.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CALLERS } from '../parity/tokens.ts'
import { type Attacked, attacked } from './attacked-app.ts'
import './eventually.ts'
import { ask, request } from './raw-connection.ts'

let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

const READER = `Authorization: Bearer ${CALLERS.reader}`
const JSON_TYPE = 'Content-Type: application/json'
const WRITER = `Authorization: Bearer ${CALLERS.admin}`

it.each([
  ['two tokens', [READER, WRITER]],
  ['two tokens, the other way round', [WRITER, READER]],
  ['the same token twice', [READER, READER]],
  ['names in different case', [READER, WRITER.replace('Authorization', 'authorization')]],
  ['one of them empty', [READER, 'Authorization:']],
  ['one of another scheme', ['Authorization: Basic abc', READER]],
  ['two proxy credentials', [READER, 'Proxy-Authorization: a', 'Proxy-Authorization: b']],
])('SEC-1 %s: refused before anybody is identified', async (_, headers) => {
  const answer = await ask(target.port, request('GET /orders/ord_1', headers))
  expect(answer?.status).toBe(400)
  expect(answer?.body).toContain('invalid_header')
  expect(target.seen.opens).toBe(0)
  for (const path of ['/mcp', '/__trefoil__/actions/call']) {
    const post = request(`POST ${path}`, [...headers, 'Content-Type: application/json'], '{}')
    expect((await ask(target.port, post))?.status, path).toBe(400)
  }
})

it('SEC-1 a public route refuses them too: a cache may stand in front of it', async () => {
  expect((await ask(target.port, request('GET /health', [READER, WRITER])))?.status).toBe(400)
})

it('AUTH-4 an API argument that comes twice is one value, never a list by surprise', async () => {
  const answer = await ask(
    target.port,
    request('GET /search?limit=1&limit=2&exact=1&exact=0', [READER]),
  )
  expect(JSON.parse(answer?.body ?? '')['args']).toMatchObject({ limit: 2, exact: false })
})

it.each([
  ['two types: a form for the gateway, JSON for us', ['Content-Type: text/plain', JSON_TYPE]],
  ['two origins', ['Origin: https://app.example', 'Origin: https://evil.example', JSON_TYPE]],
  ['two sites', ['Sec-Fetch-Site: same-origin', 'Sec-Fetch-Site: cross-site', JSON_TYPE]],
  ['one line that was joined', ['Content-Type: text/plain, application/json']],
  ['two approvals', ['Approval-Token: a', 'Approval-Token: b', JSON_TYPE]],
])('FND-25 %s: refused on every path before anybody is identified', async (_, headers) => {
  const { opens } = target.seen
  for (const path of ['/orders', '/mcp', '/__trefoil__/actions/call', '/no-such-path']) {
    const post = request(`POST ${path}`, [...headers, WRITER], '{}')
    const answer = await ask(target.port, post)
    expect(answer?.status, path).toBe(400)
    expect(answer?.body, path).toContain('invalid_header')
  }
  expect(target.seen.opens).toBe(opens)
})

it('FND-25 a coding behind `identity` is no way past a filter that decodes bodies', async () => {
  for (const path of ['/mcp', '/__trefoil__/actions/call']) {
    const coded = ['Content-Encoding: identity', 'Content-Encoding: gzip', JSON_TYPE, WRITER]
    expect((await ask(target.port, request(`POST ${path}`, coded, '{}')))?.status, path).toBe(415)
  }
})
