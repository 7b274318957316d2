// Who attacks: anybody. What they would win: memory, or time, for heads nobody needs.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Attacked, attacked } from './attacked-app.ts'
import './eventually.ts'
import { ask, RawConnection, request } from './raw-connection.ts'

let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

it.each([
  ['one huge value', [`X-A: ${'a'.repeat(20_000)}`]],
  ['one huge name', [`${'A'.repeat(20_000)}: a`]],
  ['many small ones', Array.from({ length: 2000 }, (_, index) => `X-${index}: aaaa`)],
  ['a huge cookie', [`Cookie: ${'a=b; '.repeat(4000)}`]],
  ['a huge token', [`Authorization: Bearer ${'a'.repeat(20_000)}`]],
])('SEC-2 %s: 431', async (_, headers) => {
  const answer = await ask(target.port, request('GET /orders/ord_1', headers))
  expect(answer?.status).toBe(431)
  expect(answer?.body).toContain('headers_too_large')
})

it('SEC-2 a huge request target: 431, or 400', async () => {
  const answer = await ask(target.port, request(`GET /orders/${'a'.repeat(20_000)}`))
  expect([400, 431]).toContain(answer?.status)
})

it('SEC-2 a head that never ends is cut off at the limit', async () => {
  const connection = new RawConnection(target.port)
  connection.send('GET /health HTTP/1.1\r\nHost: localhost\r\n')
  for (let index = 0; index < 1000; index++) connection.send(`X-${index}: ${'a'.repeat(100)}\r\n`)
  expect((await connection.response())?.status).toBe(431)
  await connection.end()
  connection.vanish()
})

it('SEC-2 huge trailers behind a body do no harm', async () => {
  const connection = new RawConnection(target.port)
  const trailer = `X-T: ${'a'.repeat(40_000)}\r\n\r\n`
  connection.send(`${request('POST /who', ['Transfer-Encoding: chunked'])}0\r\n${trailer}`)
  await connection.end()
  connection.vanish()
  expect((await fetch(`${target.url}/health`)).status).toBe(200)
})

it('OBS-1 a request id that is too long, or no plain text, is replaced', async () => {
  for (const id of ['a'.repeat(129), 'a b', 'é', '']) {
    const answer = await ask(target.port, request('GET /health', [`X-Request-Id: ${id}`]))
    expect(answer?.head).toMatch(/^x-request-id: [0-9a-f]{32}$/im)
  }
})
