// FND-55: numbers and names in prose that the source knows better.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApp } from 'trefoil'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { readConfig } from '../../packages/trefoil/src/app/options/config.ts'
import { parseByteSize } from '../../packages/trefoil/src/base/bytes.ts'
import { parseDuration } from '../../packages/trefoil/src/base/duration.ts'
import {
  MANIFEST_LIMITS,
  MAX_ANSWER_DEPTH,
} from '../../packages/trefoil/src/client/manifest-budget.ts'
import { PROBLEMS } from '../../packages/trefoil/src/contract/problems/problems.ts'
import { LIFECYCLE } from '../../packages/trefoil/src/engine/lifecycle.ts'
import { ROOT, readDocument } from './markdown.ts'

const source = (path: string) => readFileSync(join(ROOT, 'packages/trefoil/src', path), 'utf8')

/** Cells of the rows of all tables whose first cell is code: `name` → default. */
function codeRows(text: string): ReadonlyMap<string, string> {
  const rows = text.matchAll(/^\| `(\w+)` +\| ([^|]*?) *\|/gm)
  return new Map([...rows].map(([, name = '', cell = '']) => [name, cell]))
}

describe('docs/configuration.md', () => {
  const { text } = readDocument('docs/configuration.md')
  const section = (heading: string) => text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  it('the defaults that it shows are read as such', () => {
    // The tables are made from the rows; that rows are read is told here, once.
    const rows = codeRows(text.split('\n### limits\n')[1]?.split('\n### ')[0] ?? '')
    const { limits } = readConfig({ env: {} })
    expect(rows.size).toBe(Object.keys(limits).length)
    for (const [name, value] of Object.entries(limits)) {
      // A group has a table of its own.
      if (typeof value === 'object' && value !== null) continue
      const [, said] = /^`(.*)`$/.exec(rows.get(name) ?? '') ?? []
      const read = said === undefined ? null : (parseDuration(said) ?? parseByteSize(said) ?? said)
      expect(/^\d+$/.test(said ?? '') ? Number(said) : read, name).toBe(value)
    }
  })

  it('the defaults of serve are those that its options say', () => {
    const rows = codeRows(section('serve'))
    const options = source('surfaces/http/node/serve-options.ts')
    const comments = options.matchAll(/Default `(\w+)`[^*]*?\*\/\s+readonly (\w+)\?/g)
    const said = [...comments].filter(([, , name]) => name !== 'host' && name !== 'port')
    expect(said.length).toBeGreaterThan(4)
    for (const [, value, name = ''] of said) expect(rows.get(name), name).toBe(`\`${value}\``)
  })
})

describe('docs/cli.md', () => {
  const { text } = readDocument('docs/cli.md')

  it('explains every exit code there is, and no other', () => {
    const codes = new Set([0, ...Object.values(PROBLEMS).map(({ exit }) => exit)])
    const said = [...text.matchAll(/^\| (\d+) +\|/gm)].map(([, code]) => Number(code))
    expect(said).toEqual([...codes].sort((left, right) => left - right))
  })

  it('says how much of a remote is read', () => {
    const words = text.replaceAll(/\s+/g, ' ')
    const { actions, actionValues, depth, text: longest } = MANIFEST_LIMITS
    const grouped = (value: number) => value.toLocaleString('en')
    expect(words).toContain(`or ${MAX_ANSWER_DEPTH} levels deep`)
    expect(words).toContain(`more than ${actions} actions, ${grouped(actionValues)} values`)
    expect(words).toContain(`${depth} levels, or texts of ${grouped(longest)} characters`)
    expect(source('client/remote-client.ts')).toMatch(/maxResponseSize: \{[^}]*default: '5mb'/)
    expect(words).toContain('more than 5 MiB')
  })

  it('says how long what is closed gets', () => {
    const words = text.replaceAll(/\s+/g, ' ')
    const code = source('program/remotes/with-target.ts')
    expect(code).toContain('CLOSING_MS = 10_000')
    expect(code).toContain('STARTING_MS = 3000')
    expect(words).toContain('background work get 10 s, start-up hooks that still run 3 s')
    expect(source('program/remotes/stored-remotes.ts')).toContain('REMOTE_TIMEOUT = 10_000')
    expect(words).toContain('and 10 s where nothing is said')
  })
})

it('decision 0012 names, and counts, the names behind the public API of Node', () => {
  const code = source('surfaces/http/node/quirks.ts').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
  const used = new Set([...code.matchAll(/(?:'|\.)(_[a-zA-Z]+)/g)].map(([, name]) => name))
  const { text } = readDocument('decisions/0012-hot-path.md')
  const table = text.split('**Names behind the public API.**')[1]?.split('\n- ')[0] ?? ''
  const named = new Set([...table.matchAll(/`(_[a-zA-Z]+)`/g)].map(([, name]) => name))
  expect([...named].sort()).toEqual([...used].sort())
  const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight']
  expect(table).toContain(`There are ${words[used.size]}`)
})

it('docs/limits.md shows the headers of its example', async () => {
  const { text } = readDocument('docs/limits.md')
  for (const part of ["'1000/min', { limit: '100/min', per: 'address' }", "rate: '60/hour'"]) {
    expect(text).toContain(part)
  }
  const rate = ['1000/min', { limit: '100/min', per: 'address' }] as const
  const app = createApp({ env: {}, publicSurfaces: ['api', 'mcp', 'cli'], limits: { rate } })
  const reports = app.group('/reports', { rate: '60/hour' })
  reports.get('/sales', { rate: { limit: '10/min', burst: 2 } }, () => ({ total: 0 }))
  await using client = testClient(app)
  const { headers } = await client.http.get('/reports/sales')
  for (const name of ['RateLimit-Policy', 'RateLimit']) {
    expect(text).toContain(`\n${name}: ${headers.get(name)}\n`)
  }
})

describe('SECURITY.md', () => {
  const { text } = readDocument('SECURITY.md')
  const section = (heading: string) => text.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? ''
  const guarantees = section('What the framework guarantees')
    .split(/\n(?=\d+\. )/)
    .slice(1)

  it('its guarantees are numbered in order, and each ends with where it is tested', () => {
    expect(guarantees.length).toBeGreaterThan(30)
    expect(guarantees.map((one) => Number.parseInt(one, 10))).toEqual(
      guarantees.map((_, index) => index + 1),
    )
    for (const one of guarantees) {
      const tests = /\(((?:\[[^\]]+\]\([^)]+\),?\s*)+)\)\s*$/.exec(one)?.[1] ?? ''
      const paths = [...tests.matchAll(/\]\(([^)]+)\)/g)].map(([, path]) => String(path))
      expect(paths.length, one).toBeGreaterThan(0)
      for (const path of paths) expect(path).toMatch(/^test\/parity$|\.test\.ts$/)
    }
  })

  it('says of stages that there are what they protect from, in their order', () => {
    const named = [
      ...section('What each stage protects from').matchAll(/^\| ([a-z ]+?) +\|/gm),
    ].map(([, name]) => String(name).replaceAll(' ', '-'))
    expect(named.length).toBeGreaterThan(15)
    expect(named).toEqual(LIFECYCLE.map(({ name }) => name).filter((name) => named.includes(name)))
  })
})

describe('decisions/README.md', () => {
  it('lists every decision, by number', () => {
    const files = readdirSync(join(ROOT, 'decisions')).filter((file) => /^\d/.test(file))
    const { text } = readDocument('decisions/README.md')
    const listed = [...text.matchAll(/^\| \[(\d+)\]\((.+?)\)/gm)]
    expect(listed.map(([, , file]) => file)).toEqual(files.sort())
    for (const [, number, file] of listed) expect(file?.startsWith(`${number}-`)).toBe(true)
  })
})

describe('packages/trefoil/README.md', () => {
  it('has every door', () => {
    const { exports } = JSON.parse(readDocument('packages/trefoil/package.json').text)
    const doors = Object.keys(exports).filter((door) => door !== './package.json')
    const { text } = readDocument('packages/trefoil/README.md')
    const listed = [...text.matchAll(/^\| `trefoil(\/[\w-]+)?` /gm)].map(
      ([, door = '']) => `.${door}`,
    )
    expect(listed.sort()).toEqual(doors.sort())
  })
})
