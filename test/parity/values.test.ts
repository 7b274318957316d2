// FND-3, FND-4: every kind of value that a handler can return, in every way it can return one, is
// the same answer over HTTP, MCP in both eras, the CLI here and the CLI there.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import type { Answer, Driver } from './driver.ts'
import { DRIVERS } from './fixture.ts'
import { HIDDEN, type Seen, VALUES, type ValueRow } from './values.ts'
import { createValuesApp, type Logged } from './values-app.ts'

const logged: Logged = { errors: 0 }
let server: RunningServer
let drivers: readonly Driver[]

beforeAll(async () => {
  const app = createValuesApp(logged)
  server = await serve(app, { port: 0, signals: false })
  drivers = DRIVERS.map((make) => make({ app, url: server.url }))
})

afterAll(async () => {
  for (const driver of drivers) await driver.close?.()
  await server.close()
})

function seenIn({ ok, value, bytes, problem, isCut }: Answer): Seen | string {
  if (isCut === true) return 'cut'
  if (!ok) return problem?.code === 'INTERNAL_ERROR' ? 'refused' : (problem?.code ?? 'no problem')
  return bytes ?? { value }
}

function expected({ seen }: ValueRow, { source }: Driver): Seen {
  if (seen === 'refused' || seen === 'cut' || !('api' in seen)) return seen
  return source === 'api' ? seen.api : seen.agents
}

/** What every surface is to show, and whether the log said why where nothing came. */
async function show(action: string, row: string, of: (driver: Driver) => unknown): Promise<void> {
  const shown: Record<string, unknown> = {}
  const wanted: Record<string, unknown> = {}
  for (const driver of drivers) {
    const before = logged.errors
    const answer = await driver.call({ action, args: { row }, token: null })
    const seen = seenIn(answer)
    shown[driver.name] = {
      seen,
      lines: logged.errors - before,
      hidden: answer.raw.includes(HIDDEN),
    }
    const right = of(driver)
    wanted[driver.name] = { seen: right, lines: typeof right === 'string' ? 1 : 0, hidden: false }
  }
  expect(shown).toEqual(wanted)
}

const NAMES = Object.keys(VALUES)
const rowOf = (name: string): ValueRow => {
  const row = VALUES[name]
  if (row === undefined) throw new Error(`no row '${name}'`)
  return row
}

describe.each(['plain', 'late', 'wrapped'])('a returned value: %s', (action) => {
  test.each(NAMES)('%s', (name) => show(action, name, (driver) => expected(rowOf(name), driver)))
})

describe('a returned value: of an error handler', () => {
  // That leaves the error to the next handler (MW-4).
  const rows = NAMES.filter((name) => name !== 'undefined')
  test.each(rows)('%s', (name) => show('handled', name, (driver) => expected(rowOf(name), driver)))
})

describe('a returned value: in a reply()', () => {
  // What is a reply already, and a promise that nobody awaited.
  const rows = NAMES.filter((name) => !/\(\)|event|a Promise/.test(name))
  test.each(rows)('%s', (name) => show('replied', name, (driver) => expected(rowOf(name), driver)))
})

const NESTED = NAMES.filter((name) => rowOf(name).inside !== null)

describe.each([
  ['member', (value: unknown) => ({ inside: value }), {}],
  ['item', (value: unknown) => [value], [null]],
  [
    'deep',
    (value: unknown) => ({ a: {}, b: [{ c: { inside: value } }] }),
    { a: {}, b: [{ c: {} }] },
  ],
  ['checked', (value: unknown) => ({ inside: value }), {}],
] as const)('a returned value inside: %s', (action, around, absent) => {
  test.each(NESTED)('%s', (name) => {
    const { inside } = rowOf(name)
    if (inside === null) throw new Error('not nested')
    return show(action, name, () => {
      if (inside === 'refused') return inside
      return { value: inside === 'absent' ? absent : around(inside.value) }
    })
  })
})

describe('a returned value where returns admits anything', () => {
  // Bytes would be read as the JSON that the document promises, which text is sent as (FND-6).
  const promised = ({ seen, inside }: ValueRow): Seen => {
    if (typeof seen === 'string' || 'value' in seen) return seen
    return typeof inside === 'object' && inside !== null ? inside : 'refused'
  }
  test.each(NESTED)('%s', (name) => show('promised', name, () => promised(rowOf(name))))
})
