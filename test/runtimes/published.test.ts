// ADAPT-1, for what is installed: joining modules must not give the main door what only `serve` needs.
import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, it } from 'vitest'

const DIST = fileURLToPath(new URL('../../packages/trefoil/dist/', import.meta.url))
const STATIC = /^(?:import|export)\b[^;]*?"([^"]+)";$/gm

/** Every module of Node, and every package, that must be loaded before a file of the package can run. */
function modulesOf(door: string): readonly string[] {
  const reached = new Set([join(DIST, door)])
  const found = new Set<string>()
  // A set iterates over what is added on the way, too.
  for (const file of reached) {
    for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(STATIC)) {
      if (specifier.startsWith('.')) reached.add(join(dirname(file), specifier))
      else found.add(specifier)
    }
  }
  return [...found].sort()
}

function nodeModulesOf(door: string): readonly string[] {
  return modulesOf(door).filter((name) => name.startsWith('node:'))
}

it.each(['index.js', 'auth.js', 'client.js'])('%s needs nothing of Node but crypto', (door) => {
  expect(nodeModulesOf(door).filter((name) => name !== 'node:crypto')).toEqual([])
})

it('node.js needs more', () => {
  expect(nodeModulesOf('node.js')).toContain('node:process')
})

// A file that several doors share must not bring the driver of one of them to all.
const HEAVY = [
  'kysely',
  'node:async_hooks',
  'node:sqlite',
  'pg',
  'pg-boss',
  'ioredis',
  '@opentelemetry/api',
]
const DOORS = [
  'index',
  'audit',
  'audit-chain',
  'auth',
  'cedar',
  'client',
  'cookies',
  'dev-tokens',
  'health',
]
const MORE = ['metrics', 'node', 'otel', 'parts', 'redis', 'testing']

it.each([...DOORS, ...MORE])('%s.js loads no database, no store of calls and no driver', (door) => {
  expect(modulesOf(`${door}.js`).filter((name) => HEAVY.includes(name))).toEqual([])
})

it.each(['accounts', 'database', 'jobs', 'postgres', 'sqlite', 'stores', 'webhooks'])(
  '%s.js loads no driver before it is used',
  (door) => {
    const drivers = [
      'node:sqlite',
      'pg',
      'pg-boss',
      'ioredis',
      '@opentelemetry/api',
      '@node-rs/argon2',
      'nodemailer',
    ]
    expect(modulesOf(`${door}.js`).filter((name) => drivers.includes(name))).toEqual([])
  },
)

it('the list that passwords are looked up in lies where it is looked for', async () => {
  const { COMMON_PASSWORDS } = await import(
    '../../packages/trefoil/dist/identity/password/password-files.js'
  )
  const file = join(DIST, 'identity/password/common-passwords.bloom')
  expect(COMMON_PASSWORDS.href).toBe(pathToFileURL(file).href)
  expect(statSync(file).size).toBeGreaterThan(1_000_000)
})
