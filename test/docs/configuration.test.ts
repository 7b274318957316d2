import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GROUP_OPTIONS, ROUTE_OPTIONS } from '../../packages/trefoil/src/app/declare/declaration.ts'
import {
  MOVED_OPTIONS,
  MOVED_VARIABLES,
} from '../../packages/trefoil/src/app/options/moved-options.ts'
import { variableRowsOf } from '../../packages/trefoil/src/app/options/variable-rows.ts'
import {
  movedOptionRows,
  movedVariableRows,
  OPTION_GROUPS,
  optionRows,
} from '../../scripts/option-tables.mjs'
import { ROOT, readDocument, tableOf } from './markdown.ts'

const SRC = 'packages/trefoil/src'

/** Members of an interface, read from the source text, because types are gone at run time. */
function membersOf(file: string, name: string): readonly string[] {
  const source = readFileSync(join(ROOT, SRC, file), 'utf8')
  const start = source.search(new RegExp(`export interface ${name}\\b`))
  const open = source.indexOf('{\n', start)
  const body = source.slice(open, source.indexOf('\n}', open))
  return [...body.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, member]) => String(member))
}

/** First cells of the table under a heading. */
function documented(heading: string): readonly string[] {
  const { text } = readDocument('docs/configuration.md')
  const start = text.indexOf(`\n## ${heading}\n`)
  expect(start, `docs/configuration.md has no section '${heading}'`).toBeGreaterThan(0)
  const section = text.slice(start + 4 + heading.length).split('\n## ')[0] ?? ''
  return [...section.matchAll(/^\| `(\w+)` /gm)].map(([, option]) => String(option))
}

describe('docs/configuration.md', () => {
  it('jwtAuth: every option of the source and nothing else', () => {
    const members = membersOf('identity/jwt/jwt-options.ts', 'JwtAuthOptions')
    expect(members.length).toBeGreaterThan(3)
    expect([...documented('jwtAuth')].sort()).toEqual([...members].sort())
  })

  it('route options: every option of the source and nothing else', () => {
    const { text } = readDocument('docs/configuration.md')
    const [section = ''] = text.slice(text.indexOf('\n## Route options\n') + 1).split('\n##')
    const rows = [...section.matchAll(/^\| `(\w+)` /gm)].map(([, option]) => String(option))
    expect([...rows].sort()).toEqual(Object.keys(ROUTE_OPTIONS).sort())
    const sentence = section.slice(section.indexOf('A group takes')).split('.')[0] ?? ''
    const ofGroups = [...sentence.matchAll(/`(\w+)`/g)].map(([, option]) => String(option))
    expect([...ofGroups].sort()).toEqual(Object.keys(GROUP_OPTIONS).sort())
  })

  it.each([
    ['docs/dependencies.md', 'Option', 'contract/call/dependency.ts', 'DependencyOptions'],
    ['docs/limits.md', 'Member', 'policy/rate/rate-option.ts', 'RateOptions'],
    ['docs/caching.md', 'Option', 'contract/limits/cache.ts', 'CacheOptions'],
  ])('%s has every option of the source and nothing else', (page, head, file, name) => {
    const { text } = readDocument(page)
    const table = new RegExp(`^\\| ${head} .*\\n(?:\\|.*\\n)+`, 'm').exec(text)?.[0] ?? ''
    const rows = [...table.matchAll(/^\| `(\w+)` /gm)].map(([, option]) => String(option))
    expect([...rows].sort()).toEqual([...membersOf(file, name)].sort())
  })

  it.each(Object.entries(OPTION_GROUPS))('the table of %s is that of the rows', (name, group) => {
    expect(tableOf(readDocument('docs/configuration.md'), name)).toEqual(optionRows(group))
  })

  it('APP-5, APP-6: says how variables are written, and lists none: variables.md does', () => {
    const { text } = readDocument('docs/configuration.md')
    expect(text).toContain('](variables.md)')
    expect(text).not.toMatch(/^\| `TREFOIL_/m)
  })

  it('PROD-1, W-44: every code of validateProduction() is explained, and no other', () => {
    const sources = [
      'app/fitness/production.ts',
      'app/options/app-options.ts',
      'app/options/edge-options.ts',
      'app/options/agent-options.ts',
      'app/cookie-session.ts',
      'identity/secret-weakness.ts',
      'identity/introspection-auth.ts',
      'identity/jwt/keys/given-keys.ts',
    ]
    const codes = sources.flatMap((file) => {
      const source = readFileSync(join(ROOT, SRC, file), 'utf8')
      return [...source.matchAll(/code: '(\w+)'/g)].map(([, code]) => String(code))
    })
    expect(codes.length).toBeGreaterThan(5)
    expect([...documented('For production')].sort()).toEqual([...new Set(codes)].sort())
  })
})

describe('docs/migrating-from-0.1.md', () => {
  const page = readDocument('docs/migrating-from-0.1.md')

  it('has every option and variable that moved', () => {
    expect(tableOf(page, 'moved options')).toEqual(movedOptionRows())
    expect(tableOf(page, 'moved variables')).toEqual(movedVariableRows())
  })

  it('moves them to what there is', () => {
    const rows = Object.values(OPTION_GROUPS).flatMap((group) => Object.keys(group.rows))
    for (const { to } of Object.values(MOVED_OPTIONS)) {
      expect(rows).toContain(to.split('.')[1])
    }
    const names = variableRowsOf(OPTION_GROUPS['createApp options']).map(({ name }) => name)
    for (const { to } of MOVED_VARIABLES.values()) expect(names).toContain(to)
    for (const old of MOVED_VARIABLES.keys()) expect(names).not.toContain(old)
  })
})
