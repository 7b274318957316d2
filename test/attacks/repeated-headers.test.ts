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
