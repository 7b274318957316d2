import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  APP_VARIABLES,
  type EnvironmentVariable,
  PROGRAM_VARIABLES,
  SESSION_VARIABLES,
} from '../../packages/trefoil/src/app/options/environment-variables.ts'
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

const APP = [
  ...membersOf('app/options/app-options.ts', 'AppOptions'),
  ...membersOf('app/create-app.ts', 'CreateAppOptions'),
]
const TABLES: readonly (readonly [heading: string, members: readonly string[]])[] = [
  ['createApp', [...new Set(APP)]],
  ['serve', membersOf('surfaces/http/node/serve-options.ts', 'ServeOptions')],
  ['jwtAuth', membersOf('identity/jwt/jwt-options.ts', 'JwtAuthOptions')],
  ['cookieSession', membersOf('app/cookie-session.ts', 'CookieSessionOptions')],
  ['AuthConfig', membersOf('contract/auth/authenticator.ts', 'AuthConfig')],
]

describe('docs/configuration.md', () => {
  it.each(TABLES)('%s: every option of the source and nothing else', (heading, members) => {
    expect(members.length).toBeGreaterThan(3)
    expect([...documented(heading)].sort()).toEqual([...members].sort())
  })

  const VARIABLES: readonly (readonly [string, readonly EnvironmentVariable[]])[] = [
    ['app variables', APP_VARIABLES],
    ['session variables', SESSION_VARIABLES],
  ]

  it.each(VARIABLES)('APP-5: the table of %s is that of the source', (name, variables) => {
    const wanted = variables.map(({ variable, option, kind }) => [
      `\`${variable}\``,
      `\`${option}\``,
      typeof kind === 'string' ? kind : kind.map((word) => `\`${word}\``).join(', '),
    ])
    expect(tableOf(readDocument('docs/configuration.md'), name)).toEqual(wanted)
  })

  it('APP-5: variables fill options that exist, and can be told apart', () => {
    const options = new Set(membersOf('app/options/app-options.ts', 'AppOptions'))
    const strays = APP_VARIABLES.filter(({ option }) => !options.has(option.split('.')[0] ?? ''))
    expect(strays).toEqual([])
    const session = new Set(membersOf('app/cookie-session.ts', 'CookieSessionOptions'))
    expect(SESSION_VARIABLES.filter(({ option }) => !session.has(option))).toEqual([])
    const names = [...APP_VARIABLES, ...SESSION_VARIABLES].map(({ variable }) => variable)
    expect(new Set(names).size).toBe(names.length)
  })

  it('APP-6: the variables of the program', () => {
    const { text } = readDocument('docs/configuration.md')
    for (const name of PROGRAM_VARIABLES) expect(text).toContain(`| \`${name}\` `)
  })

  it('PROD-1, W-44: every code of validateProduction() is explained, and no other', () => {
    const sources = [
      'app/fitness/production.ts',
      'app/cookie-session.ts',
      'identity/secret-weakness.ts',
    ]
    const codes = sources.flatMap((file) => {
      const source = readFileSync(join(ROOT, SRC, file), 'utf8')
      return [...source.matchAll(/code: '(\w+)'/g)].map(([, code]) => String(code))
    })
    expect(codes.length).toBeGreaterThan(5)
    expect([...documented('For production')].sort()).toEqual([...codes].sort())
  })
})
