import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { PROGRAM_VARIABLES } from '../../packages/trefoil/src/app/options/known-variables.ts'
import {
  MOVED_OPTIONS,
  MOVED_VARIABLES,
} from '../../packages/trefoil/src/app/options/moved-options.ts'
import {
  movedOptionRows,
  movedVariableRows,
  OPTION_GROUPS,
  optionRows,
  VARIABLE_GROUPS,
  variableRows,
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

  it.each(Object.entries(OPTION_GROUPS))('the table of %s is that of the rows', (name, group) => {
    expect(tableOf(readDocument('docs/configuration.md'), name)).toEqual(optionRows(group))
  })

  it.each(Object.entries(VARIABLE_GROUPS))(
    'APP-5: the table of %s is that of the rows',
    (name, group) => {
      const rows: readonly (readonly string[])[] = variableRows(group)
      expect(rows.length).toBeGreaterThan(4)
      expect(tableOf(readDocument('docs/configuration.md'), name)).toEqual(rows)
    },
  )

  it('APP-5: variables can be told apart', () => {
    const names = Object.values(VARIABLE_GROUPS).flatMap((group) =>
      variableRows(group).map(([name]: readonly string[]) => name),
    )
    expect(new Set(names).size).toBe(names.length)
  })

  it('APP-6: the variables of the program', () => {
    const { text } = readDocument('docs/configuration.md')
    for (const name of PROGRAM_VARIABLES) expect(text).toContain(`| \`${name}\` `)
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
    const names = variableRows(OPTION_GROUPS['createApp options']).map(
      ([name]: readonly string[]) => name?.replaceAll('`', ''),
    )
    for (const { to } of MOVED_VARIABLES.values()) expect(names).toContain(to)
    for (const old of MOVED_VARIABLES.keys()) expect(names).not.toContain(old)
  })
})
