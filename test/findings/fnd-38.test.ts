// jwtAuth('secret') printed the secret in the error that stopped the start, and in every log that
// kept it.
import { inspect } from 'node:util'
import { argumentsHash, duration, redirect, size } from 'trefoil'
import {
  hasAllRoles,
  hasAllScopes,
  hasRole,
  hasScope,
  jwtAuth,
  keyRing,
  permissions,
} from 'trefoil/auth'
import { createRemoteTarget } from 'trefoil/client'
import { CookieSigner } from 'trefoil/cookies'
import { sendFile, serve, toNodeHandler } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { HANDLES, NOT_CALLED, OPTION_USES } from './option-uses.ts'
import { optionsAtDoors } from './options-at-doors.ts'

const SECRET = 'hunter2-correct-horse'
/** Texts that hold it and get further than the secret alone: a header, a host, an address, a path. */
const TEXTS: readonly string[] = [
  SECRET,
  `${SECRET}\n`,
  `/${SECRET}`,
  `//${SECRET}`,
  `https://${SECRET}`,
  `http://user:${SECRET}@host.example/`,
  `${SECRET};x`,
  `${SECRET}s`,
]
const VALUES: readonly unknown[] = [
  ...TEXTS,
  ...TEXTS.map((text) => [text]),
  [[SECRET]],
  { a: SECRET },
  [{ a: SECRET }],
  new TextEncoder().encode(SECRET),
  () => SECRET,
]

/**
 * Options that name a place which only the system can say does not exist. A secret in one of them would
 * be looked up in the network or on the disk, and whoever set it up wrong has to see which one it was.
 * So is the folder of `staticFiles`, which is not asked for below.
 */
const NAMES_OF_PLACES: ReadonlySet<string> = new Set([
  'serve ServeOptions.host',
  // Of a route too its path is what messages name it by.
  'Part.endpoints PartEndpoint.path',
])

/** Everything an error says, wherever it is read: its causes and members too. */
function said(error: unknown): string {
  return `${inspect(error, { depth: 8, showHidden: true })} ${String(error)}`
}

async function leak(use: () => unknown): Promise<string | null> {
  try {
    await use()
  } catch (error) {
    const text = said(error)
    // Of a hundred leaks the sentence, and not the stack beneath it.
    return text.includes(SECRET) || text.includes(bytesOf(SECRET)) ? text.slice(0, 200) : null
  }
  return null
}

function bytesOf(text: string): string {
  return [...new TextEncoder().encode(text)].join(', ')
}

async function leaks(uses: readonly (() => unknown)[]): Promise<readonly string[]> {
  const all = await Promise.all(uses.map(leak))
  return all.filter((text) => text !== null)
}

const names = new Map(
  optionsAtDoors(HANDLES)
    .filter(({ at, type }) => !NOT_CALLED.test(`${at} ${type}`))
    .map(({ at, type, names }) => [`${at} ${type}`, names] as const),
)

describe('FND-38: no message says what a value is', () => {
  test.each([...names.keys()])('%s', async (key) => {
    const { use, good } = OPTION_USES[key] as (typeof OPTION_USES)[string]
    const instead = VALUES.map((value) => () => use(value))
    const told = (names.get(key) ?? []).filter((name) => !NAMES_OF_PLACES.has(`${key}.${name}`))
    const within = told.flatMap((name) =>
      VALUES.map((value) => () => use({ ...good, [name]: value })),
    )
    expect(await leaks([...instead, ...within])).toEqual([])
  })

  // biome-ignore lint/suspicious/noExplicitAny: what is tested is what the compiler would refuse
  test.each<[string, (value: any) => unknown]>([
    ['jwtAuth', (value) => jwtAuth(value)],
    ['keyRing current', (value) => keyRing(value === SECRET ? [value] : value)],
    ['keyRing previous', (value) => keyRing('k'.repeat(32), value)],
    ['CookieSigner', (value) => new CookieSigner(value)],
    ['CookieSigner sign', (value) => new CookieSigner('k').sign(value)],
    ['CookieSigner seal', (value) => new CookieSigner('k').seal(value)],
    ['createRemoteTarget', (value) => createRemoteTarget(value)],
    ['hasRole', (value) => hasRole(value, [value] as never)],
    ['hasAllRoles', (value) => hasAllRoles(value, [value] as never)],
    ['hasScope', (value) => hasScope(value, [value] as never)],
    ['hasAllScopes', (value) => hasAllScopes(value, [value] as never)],
    ['permissions', (value) => permissions({ admin: value })],
    ['permissions, in a list', (value) => permissions({ admin: [`${value} `] })],
    ['permissions inherits', (value) => permissions({ a: ['x'] }, { inherits: { a: [value] } })],
    ['hasPermission', (value) => permissions({ a: ['x'] }).hasPermission(value)],
    ['hasAnyPermission', (value) => permissions({ a: ['x'] }).hasAnyPermission('x', value)],
    ['duration', (value) => duration(value)],
    ['size', (value) => size(value)],
    ['redirect', (value) => redirect(value)],
    ['argumentsHash', (value) => argumentsHash(value, { a: () => value })],
    ['sendFile', (value) => sendFile(value)],
    ['serve', (value) => serve(value)],
    ['toNodeHandler', (value) => toNodeHandler(value)],
    ['testClient', (value) => testClient(value)],
  ])('%s, in the place of its first argument', async (_, use) => {
    expect(await leaks(VALUES.map((value) => () => use(value)))).toEqual([])
  })
})
