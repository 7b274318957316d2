import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Answer, Driver } from './driver.ts'
import { type RatesFixture, startRates } from './rates-app.ts'

let fixture: RatesFixture
let drivers: readonly Driver[] = []

beforeAll(async () => {
  fixture = await startRates()
  drivers = fixture.drivers
})

afterAll(() => fixture.close())

function of(name: Driver['name']): Driver {
  const driver = drivers.find((each) => each.name === name)
  if (driver === undefined) throw new Error(`no driver ${name}`)
  return driver
}

async function calls(driver: Driver, action: string, count: number, token: string | null) {
  const answers: Answer[] = []
  for (let call = 0; call < count; call++) {
    answers.push(await driver.call({ action, args: {}, token }))
  }
  return answers
}

const NAMES = ['http', 'mcp-legacy', 'mcp-modern', 'cli-local', 'cli-remote'] as const

describe.each(NAMES)('rates over %s', (name) => {
  test('V-14 P-MWL-4 P-ERR-1 X-22: 10 of a burst of 10 pass; the 11th is told to wait 1 second', async () => {
    const answers = await calls(of(name), 'few', 11, `ada-${name}`)
    expect(answers.map(({ ok }) => ok)).toEqual([...new Array(10).fill(true), false])
    const refused = answers[10]
    expect(refused?.problem).toMatchObject({
      code: 'RATE_LIMIT_EXCEEDED',
      message: 'Rate limit exceeded',
    })
    // A tool of MCP fails in a result, which the model reads.
    const status = { http: 429, 'cli-remote': 429, 'cli-local': null }
    expect(refused?.status).toBe(name in status ? status[name as keyof typeof status] : 200)
    // Of MCP it is text inside JSON.
    const raw = refused?.raw.replaceAll('\\"', '"')
    expect(raw).toContain('"retry_after_seconds":1')
    expect(raw).toContain('"retryable":true')
    expect(raw).toContain('"fix":"Wait 1 seconds before retrying"')
    // Somebody else is not in its way (PW-31).
    expect((await calls(of(name), 'few', 1, `bob-${name}`))[0]?.ok).toBe(true)
  })

  test('a call that a guard refuses has been counted: trying out is limited too', async () => {
    const answers = await calls(of(name), 'broken', 3, `ada-${name}`)
    expect(answers.map(({ problem }) => problem?.code)).toEqual([
      'ACCESS_DENIED',
      'ACCESS_DENIED',
      'RATE_LIMIT_EXCEEDED',
    ])
  })

  test('PW-31: a stranger is refused without a count of anybody’s', async () => {
    const answers = await calls(of(name), 'few', 12, null)
    expect(new Set(answers.map(({ problem }) => problem?.code))).toEqual(
      new Set(['AUTHENTICATION_ERROR']),
    )
  })
})

test('P-MWL-4: all surfaces take from one count', async () => {
  const passed: boolean[] = []
  for (const driver of drivers)
    passed.push(...(await calls(driver, 'shared', 1, 'ada')).map(({ ok }) => ok))
  expect(passed).toEqual([true, true, true, false, false])
})

test('PW-31: where nobody is known, all surfaces count by address; this process has one of its own', async () => {
  const passed: Record<string, boolean> = {}
  for (const { name } of drivers)
    passed[name] = (await calls(of(name), 'open', 1, null))[0]?.ok === true
  expect(passed).toEqual({
    http: true,
    'mcp-legacy': true,
    'mcp-modern': false,
    'cli-local': true,
    'cli-remote': false,
  })
})
