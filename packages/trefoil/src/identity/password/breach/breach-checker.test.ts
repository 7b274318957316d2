import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { rangeBreachChecker } from './breach-checker.ts'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

const seen: IncomingMessage[] = []
const LISTED = '1E4C9B93F3F0682250B6CF8331B7EE68FD8'
const good: Answer = (_, response) => {
  response.setHeader('content-type', 'text/plain')
  response.end(`0018A45C4D1DEF81644B54AB7F969B88D65:3\r\n${LISTED}:9545824\r\n${'F'.repeat(35)}:0`)
}
let answer: Answer = good
const server = createServer((request, response) => {
  seen.push(request)
  answer(request, response)
})
let url: URL
let time = 0
const clock = { now: () => time, elapsed: () => time }

beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/hibp`)
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => {
  seen.length = 0
  answer = good
  time = 0
})

const checker = (timeout = 500) => rangeBreachChecker({ url, timeout, clock })

test('V-08, S-HIBP-1, PWD-5: five characters leave, and no header that names a call', async () => {
  const one = checker()
  expect(await one.check('password')).toBe('breached')
  expect(await one.check('password')).toBe('breached')
  expect(seen).toHaveLength(1)
  expect(seen[0]?.url).toBe('/hibp/range/5BAA6')
  const names = Object.keys(seen[0]?.headers ?? {}).sort()
  expect(names).toEqual([
    'accept',
    'accept-encoding',
    'add-padding',
    'connection',
    'host',
    'user-agent',
  ])
})

test('SW-10: padding is not a hit, and a remembered range is asked for again in time', async () => {
  answer = (_, response) => response.end(`${LISTED}:0`)
  const one = checker()
  expect(await one.check('password')).toBe('clean')
  time = 3_600_000
  answer = good
  expect(await one.check('password')).toBe('breached')
})

test('S-HIBP-3: LF, small letters and a count that is none', async () => {
  answer = (_, response) => response.end(`what\n${LISTED.toLowerCase()}:many\n`)
  expect(await checker().check('password')).toBe('breached')
})

const failing: readonly (readonly [string, Answer])[] = [
  ['503', (_, response) => response.writeHead(503).end()],
  ['429', (_, response) => response.writeHead(429, { 'retry-after': '2' }).end()],
  ['a redirect', (_, response) => response.writeHead(301, { location: '/x' }).end()],
  ['a page in the way', (_, response) => response.end('<html>Sign in</html>')],
  ['50 MB', (_, response) => response.end(Buffer.alloc(50_000_000, 65))],
  ['silence', () => {}],
  ['half an answer', (_, response) => response.write(`${LISTED}:1\r\n`)],
  ['a reset', (request) => request.socket.destroy()],
]
test.each(failing)('PWD-3: %s is unknown, in time', async (_, one) => {
  answer = one
  expect(await checker(150).check('password')).toBe('unknown')
})

test('PWD-2: after three failures nobody is asked for half a minute', async () => {
  answer = (_, response) => response.writeHead(503).end()
  const one = checker()
  for (const password of ['a', 'b', 'c', 'd', 'e'])
    expect(await one.check(password)).toBe('unknown')
  expect(seen).toHaveLength(3)
  time = 30_001
  answer = good
  expect(await one.check('password')).toBe('breached')
})

test('those who ask for the same at once wait for one answer', async () => {
  const one = checker()
  const all = await Promise.all(Array.from({ length: 20 }, () => one.check('password')))
  expect(new Set(all)).toEqual(new Set(['breached']))
  expect(seen).toHaveLength(1)
})
