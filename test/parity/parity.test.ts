import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { argumentsHash } from '../../packages/trefoil/src/index.ts'
import type { Behaviour, Wording } from './behaviour.ts'
import { APPROVAL } from './behaviours/approval.ts'
import { ARGUMENTS } from './behaviours/arguments.ts'
import { GUARDS } from './behaviours/guards.ts'
import { IDENTITY } from './behaviours/identity.ts'
import { OUTCOMES } from './behaviours/outcomes.ts'
import type { Answer, Driver } from './driver.ts'
import { type Fixture, specOf, startFixture } from './fixture.ts'
import { SECRET } from './fixture-app.ts'
import { CALLERS, KEY } from './tokens.ts'

let fixture: Fixture

beforeAll(async () => {
  fixture = await startFixture()
})

afterAll(() => fixture.close())

/** What no answer may contain: secrets, credentials, and where the code lies. */
const FORBIDDEN = [SECRET, KEY, 'node_modules', '.ts:', 'file://', ...credentials()]

function credentials(): string[] {
  return Object.values(CALLERS).filter((token) => token !== null)
}

describe.each([
  ['identity', IDENTITY],
  ['guards', GUARDS],
  ['arguments', ARGUMENTS],
  ['outcomes', OUTCOMES],
  ['approval', APPROVAL],
] as const)('parity: %s', (_, behaviours) => {
  it.each(behaviours.map((row) => [row.name, row] as const))('%s', async (_name, row) => {
    for (const driver of fixture.drivers) {
      if (row.except?.[driver.name] === undefined) await check(row, driver)
    }
  })
})

async function check(row: Behaviour, driver: Driver): Promise<void> {
  const { seen } = fixture
  const [opens, handled] = [seen.opens, seen.args.length]
  const answer = await driver.call(specOf(row))
  const where = `${driver.name}: ${answer.raw.slice(0, 600)}`
  for (const text of FORBIDDEN) expect(answer.raw, `${where} contains ${text}`).not.toContain(text)
  expect(answer.ok, where).toBe(row.expect.ok)
  if (row.expect.ok) checkValue(row.expect, answer, driver, where)
  else checkProblem(row.action, row.expect, answer, driver, where)
  expect(seen.opens - opens, `dependencies opened, ${where}`).toBe(row.expect.opens ?? 0)
  expect(seen.open, `dependencies left open, ${where}`).toBe(0)
  if (!row.expect.ok) expect(seen.args.length, `handler ran, ${where}`).toBe(handled)
}

function checkValue(
  expected: Extract<Behaviour['expect'], { ok: true }>,
  { value }: Answer,
  { source, entrypoint }: Driver,
  where: string,
): void {
  if (expected.bound === undefined) {
    expect(value, where).toEqual(expected.value)
    return
  }
  const subject = expected.subject === undefined ? 'user_1' : expected.subject
  expect(value, where).toEqual({ args: expected.bound, source, entrypoint, subject })
  // The answer went through JSON; what the handler saw did not.
  expect(defined(fixture.seen.args.at(-1)), where).toEqual(expected.bound)
}

/** An optional argument that was not given is `undefined`. */
function defined(args: Readonly<Record<string, unknown>> = {}): Record<string, unknown> {
  return Object.fromEntries(Object.entries(args).filter(([, value]) => value !== undefined))
}

function checkProblem(
  action: string,
  expected: Extract<Behaviour['expect'], { ok: false }>,
  { problem, status, challenge, raw }: Answer,
  { source }: Driver,
  where: string,
): void {
  expect(problem?.code, where).toBe(expected.code)
  expect(problem?.message, where).toBe(worded(expected.message, source))
  if (expected.issues !== undefined) {
    expect(
      problem?.issues?.map(({ message }) => message),
      where,
    ).toEqual(expected.issues)
  }
  if (expected.hashOf !== undefined) {
    expect(problem?.argumentsHash, where).toBe(argumentsHash(action, expected.hashOf))
  }
  if (expected.guard !== undefined) {
    const text = raw.replaceAll('\\"', '"')
    expect(text, where).toContain(`"guard":"${expected.guard}"`)
    // MCP has one word for what is called.
    expect(text, where).toContain(`"${source === 'mcp' ? 'tool' : 'action'}":"${action}"`)
  }
  if (status === null) return
  expect(status, where).toBe(source === 'mcp' ? (expected.mcpStatus ?? 200) : expected.status)
  if (expected.challenge !== undefined) expect(challenge, where).toContain(expected.challenge)
  if (expected.code === 'ACCESS_DENIED' && expected.challenge === undefined && status === 200) {
    expect(challenge, where).toBeNull()
  }
}

function worded(message: Wording, source: Driver['source']): string {
  if (typeof message === 'string') return message
  return source === 'api' ? message.api : message.agents
}
