// Who attacks: a caller behind a gateway that allows or denies by path. What they would win: the
// gateway sees one path, the router another; or a path argument that leaves its directory.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { members } from '../parity/driver.ts'
import { ADMIN, type Attacked, attacked } from './attacked-app.ts'
import './eventually.ts'
import { ask, request } from './raw-connection.ts'

let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

const AUTH = `Authorization: ${ADMIN['authorization']}`

function get(path: string, headers: readonly string[] = []) {
  return ask(target.port, request(`GET ${path}`, headers))
}

it.each([
  ['/health/../orders/ord_1'],
  ['/health/%2e%2e/orders/ord_1'],
  ['/health/..%2forders/ord_1'],
  ['/health/..;/orders/ord_1'],
  ['/./orders/./ord_1'],
  ['/orders/%252e%252e/ord_1'],
  ['/orders/ord_1%2f..%2f..%2fhealth'],
  ['/orders\\ord_1'],
  ['/orders%5cord_1'],
  ['/health;/orders/ord_1'],
  ['/ORDERS/ord_1'],
])('ROUTE-7 %s leads nowhere: dots, escapes and case are data', async (path) => {
  expect((await get(path, [AUTH]))?.status).toBe(404)
})

it.each([
  ['a bad escape', '/orders/%zz'],
  ['half an escape', '/orders/%2'],
  ['overlong UTF-8', '/orders/%c0%af'],
  ['a surrogate', '/orders/%ed%a0%80'],
  ['a NUL', '/orders/a%00.json'],
  ['a line break', '/orders/a%0d%0aSet-Cookie:%20a=b'],
  ['raw bytes that are no ASCII', '/orders/caf\u00c3\u00a9'],
  ['raw bytes in the query', '/orders?q=caf\u00c3\u00a9'],
  ['another host', 'http://evil.example/health'],
  ['another host, our Host', 'https://localhost/health'],
  ['another scheme', 'file:///etc/passwd'],
  ['a relative path', 'health'],
])('ROUTE-8 %s is refused', async (_, path) => {
  expect((await get(path, [AUTH]))?.status).toBe(400)
})

it('ROUTE-7 //evil is a path of ours, not another host', async () => {
  const answer = await get('//evil.example/health')
  expect(answer?.status).toBe(404)
  expect(answer?.head).not.toMatch(/^location:/im)
  // Repeated slashes are dropped before matching, and before identification.
  expect((await get('//orders//ord_1'))?.status).toBe(401)
  expect((await get('//health'))?.status).toBe(200)
})

it('ROUTE-7 %2F separates segments, once: the guard and the router see the same path', async () => {
  expect((await get('/orders%2ford_1'))?.status).toBe(401)
  const answer = await get('/orders/a%252fb', [AUTH])
  expect(answer?.status).toBe(200)
  const args = members(members(JSON.parse(answer?.body ?? ''))['args'])
  expect(args['order_id']).toBe('a%2fb')
})

it('ROUTE-7 an escaped slash reaches the action it spells, with the checks of that action', async () => {
  const paid = request(
    'POST /orders/ord_1%2frefund',
    [AUTH, 'Content-Type: application/json'],
    '{"amount":1}',
  )
  const answer = await ask(target.port, paid)
  expect(answer?.status).toBe(409)
  expect(answer?.body).toContain('approval_required')
})

it('AUTH-7 no spelling of a protected path opens it', async () => {
  const spellings = [
    '/openapi.json',
    '/openapi.json/',
    '//openapi.json',
    '/openapi%2ejson',
    '/docs',
    '/docs/',
    '/mcp/docs',
    '/mcp//docs/',
    '/mcp%2fdocs',
    '/.well-known/trefoil-actions.json',
    '/%2ewell-known/trefoil-actions.json',
  ]
  for (const path of spellings) expect((await get(path))?.status, path).toBe(401)
})
