import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, readDocument } from './markdown.ts'

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
  ...membersOf('app/config.ts', 'AppOptions'),
  ...membersOf('app/create-app.ts', 'CreateAppOptions'),
]
const TABLES: readonly (readonly [heading: string, members: readonly string[]])[] = [
  ['createApp', [...new Set(APP)]],
  ['serve', membersOf('surfaces/http/node/serve.ts', 'ServeOptions')],
  ['jwtAuth', membersOf('identity/jwt-auth.ts', 'JwtAuthOptions')],
  ['AuthConfig', membersOf('contract/authenticator.ts', 'AuthConfig')],
]

describe('docs/configuration.md', () => {
  it.each(TABLES)('%s: every option of the source and nothing else', (heading, members) => {
    expect(members.length).toBeGreaterThan(3)
    expect([...documented(heading)].sort()).toEqual([...members].sort())
  })
})
