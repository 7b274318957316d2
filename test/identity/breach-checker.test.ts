// PWD-2, PWD-3, PWD-5, S-HIBP-1 to 3, SW-10: what leaves the process, what is made of the answer, and what when there is none.
import { readFileSync } from 'node:fs'
import { BreachChecker, PasswordPolicy } from 'trefoil/accounts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import {
  type RangeMode,
  type RangeServiceStandIn,
  rangeOf,
  startRangeService,
} from '../support/range-service.ts'

const KNOWN = ['password', 'P@ssw0rd!1234', 'Tr0ub4dor&3']
let service: RangeServiceStandIn
let time = 0
const clock = { now: () => 0, elapsed: () => time }

beforeAll(async () => {
  service = await startRangeService(KNOWN)
})
afterAll(() => service.close())
beforeEach(() => {
  service.requests.length = 0
  service.mode = 'ok'
  time = 0
})

const checker = (timeout: '100ms' | '1500ms' = '1500ms') =>
  new BreachChecker({ url: service.url, timeout, clock })

test.each([
  ['password', '5BAA6', '1E4C9B93F3F0682250B6CF8331B7EE68FD8'],
  ['P@ssw0rd!1234', '950E3', 'EAEA3BD792D1F833973F85F1401E20C9BBF'],
  ['Tr0ub4dor&3', '87457', '2E7A5AE6A49466A6AC578B98ADBA78C6AA6'],
])('V-08: %s is asked for as %s and found', async (password, prefix, suffix) => {
  expect(rangeOf(password)).toEqual([prefix, suffix])
  expect(await checker().check(password)).toBe('breached')
  expect(service.requests.map(({ path }) => path)).toEqual([`/range/${prefix}`])
})

test('PWD-5, S-HIBP-1, SW-10: five characters leave, and no header that names a call', async () => {
  await checker().check('password')
  const [request] = service.requests
  expect(request?.method).toBe('GET')
  const { host, connection, ...sent } = request?.headers ?? {}
  expect(sent).toEqual({
    'user-agent': 'trefoil',
    'add-padding': 'true',
    'accept-encoding': 'identity',
  })
  expect(JSON.stringify(service.requests)).not.toContain('password')
})

test('S-HIBP-2, SW-10: a range is asked for once an hour, and a bounded number is remembered', async () => {
  const one = checker()
  await one.check('password')
  await one.check('password')
  expect(service.requests).toHaveLength(1)
  time = 3_600_000
  await one.check('password')
  expect(service.requests).toHaveLength(2)
  // 129 other ranges are more than are kept.
  for (let index = 0; index < 129; index++) await one.check(`another ${index}`)
  const before = service.requests.length
  await one.check('password')
  expect(service.requests).toHaveLength(before + 1)
})

test('those who ask for the same at once wait for one answer', async () => {
  const one = checker()
  const all = await Promise.all(Array.from({ length: 20 }, () => one.check('password')))
  expect(new Set(all)).toEqual(new Set(['breached']))
  expect(service.requests).toHaveLength(1)
})

test('a flood of passwords is no flood of questions: 16 at once', async () => {
  service.mode = 'silence'
  const one = checker('100ms')
  const all = await Promise.all(Array.from({ length: 200 }, (_, index) => one.check(`p${index}`)))
  expect(new Set(all)).toEqual(new Set(['unknown']))
  expect(service.requests.length).toBeLessThanOrEqual(16)
})

test.each<RangeMode>(['linefeeds', 'small letters', 'a line cut off', 'a count that is none'])(
  'S-HIBP-3: %s',
  async (mode) => {
    service.mode = mode
    expect(await checker().check('password')).toBe('breached')
  },
)

test('SW-10: padding is no hit, in an answer as the service writes it', async () => {
  const file = new URL('../fixtures/passwords/range-5BAA6.txt', import.meta.url)
  const text = readFileSync(file, 'utf8')
  // CRLF between lines and none at the end; what pads stands last.
  expect(text).toMatch(/^(?:[0-9A-F]{35}:\d+\r\n){30,}[0-9A-F]{35}:0$/)
  service.mode = 'recorded'
  service.recorded = text
  expect(await checker().check('password')).toBe('breached')
  service.recorded = text.replace(':9545824', ':0')
  expect(await checker().check('password')).toBe('clean')
})

const FAILING: readonly RangeMode[] = [
  '429',
  '503',
  'a redirect',
  'silence',
  'half an answer',
  'a byte a second',
  '50 MB',
  'garbage',
  'a reset',
]
test.each(FAILING)('PWD-3: %s is unknown, in time', async (mode) => {
  service.mode = mode
  const begin = performance.now()
  expect(await checker('100ms').check('password')).toBe('unknown')
  expect(performance.now() - begin).toBeLessThan(1000)
  expect(service.requests).toHaveLength(1)
})

test('nobody there is unknown', async () => {
  const gone = await startRangeService([])
  gone.close()
  expect(await new BreachChecker({ url: gone.url, clock }).check('password')).toBe('unknown')
})

test('PWD-2: after three failures nobody is asked for half a minute, and then one question finds out', async () => {
  service.mode = '503'
  const one = checker()
  for (const password of ['a', 'b', 'c', 'd', 'e'])
    expect(await one.check(password)).toBe('unknown')
  expect(service.requests).toHaveLength(3)
  expect(one.status).toEqual({ answered: 0, unanswered: 3, isPaused: true })
  time = 30_001
  const all = await Promise.all(['f', 'g', 'h'].map((password) => one.check(password)))
  expect(all).toEqual(['unknown', 'unknown', 'unknown'])
  expect(service.requests).toHaveLength(4)
  time = 60_002
  service.mode = 'ok'
  expect(await one.check('password')).toBe('breached')
  expect(one.status).toMatchObject({ answered: 1, isPaused: false })
})

test('an own address has a path, and needs TLS but on this machine', async () => {
  const url = new URL('hibp/', service.url)
  await new BreachChecker({ url, clock }).check('password')
  expect(service.requests[0]?.path).toBe('/hibp/range/5BAA6')
  expect(() => new BreachChecker({ url: 'http://ranges.example.com' })).toThrow('https')
  expect(() => new BreachChecker({ url: 'https://a:b@ranges.example.com' })).toThrow('url')
})

test('PWD-2: options are refused by name, of plain JavaScript too', () => {
  const wrong: readonly (readonly [object, string])[] = [
    [{ timeout: 1500 }, 'timeout'],
    [{ timeout: null }, 'timeout'],
    [{ timeout: '60s' }, 'timeout'],
    [{ onUnknown: 'perhaps' }, 'onUnknown'],
    [{ onUnknown: { login: 'deny' } }, 'onUnknown'],
    [{ onUnknown: { reset: true } }, 'onUnknown'],
    [{ url: 7 }, 'url'],
    [{ failOpen: true }, 'failOpen'],
  ]
  for (const [options, name] of wrong) expect(() => new BreachChecker(options)).toThrow(name)
})

test('PWD-2: the policy for unknown is by flow; an operator is denied unless it says otherwise', () => {
  const flows = (one: BreachChecker) =>
    (['register', 'reset', 'change', 'operator'] as const).map((flow) => one.onUnknown(flow))
  expect(flows(new BreachChecker())).toEqual(['allow', 'allow', 'allow', 'deny'])
  expect(flows(new BreachChecker({ onUnknown: 'deny' }))).toEqual(['deny', 'deny', 'deny', 'deny'])
  expect(flows(new BreachChecker({ onUnknown: { reset: 'deny', operator: 'allow' } }))).toEqual([
    'allow',
    'deny',
    'allow',
    'allow',
  ])
})

test('S-PWD-2, S-PWD-5: the policy tells all reasons at once, in order, and asks nobody where the check is off', async () => {
  const policy = new PasswordPolicy({ preset: 'classic', breach: checker() })
  expect((await policy.check('password')).reasons).toEqual([
    'min_length(12)',
    'missing_upper',
    'missing_digit',
    'missing_symbol',
    'common_password',
    'breached_password',
  ])
  expect(await policy.check('P@ssw0rd!1234')).toEqual({
    reasons: ['breached_password'],
    breach: 'breached',
  })
  service.requests.length = 0
  const off = new PasswordPolicy({ preset: 'classic', breach: checker(), breachCheck: false })
  expect(await off.check('P@ssw0rd!1234')).toEqual({ reasons: [], breach: null })
  // What is too long, or no text, is asked nobody about.
  await policy.check('x'.repeat(1025))
  await policy.check('\ud83d and half a character')
  expect(service.requests).toEqual([])
})

test('PWD-2: a checker of your own that throws, or says something else, is unknown', async () => {
  const throwing = {
    check() {
      throw new Error('no')
    },
  }
  const odd = { check: () => Promise.resolve(true as never) }
  for (const breach of [throwing, odd]) {
    const policy = new PasswordPolicy({ preset: 'classic', breach })
    expect(await policy.check('ValidPass123!')).toEqual({ reasons: [], breach: 'unknown' })
  }
})
