import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createApp } from 'trefoil'
import { accounts, smtpMailer } from 'trefoil/accounts'
import { auditLog } from 'trefoil/audit'
import { hasScope, jwtAuth } from 'trefoil/auth'
import { cookieSession } from 'trefoil/cookies'
import { database } from 'trefoil/database'
import { health } from 'trefoil/health'
import { jobQueue } from 'trefoil/jobs'
import { metrics } from 'trefoil/metrics'
import { otel } from 'trefoil/otel'
import { pages } from 'trefoil/pages'
import { redis } from 'trefoil/redis'
import { webhooks } from 'trefoil/webhooks'
import { describe, expect, it } from 'vitest'
import { MOVED_VARIABLES } from '../../packages/trefoil/src/app/options/moved-options.ts'
import { VARIABLE_SECTIONS } from '../../packages/trefoil/src/app/options/variable-rows.ts'
import { catalogueRows, VARIABLE_CATALOGUE } from '../../scripts/variable-tables.mjs'
import { ROOT, readDocument, tableOf } from './markdown.ts'

type Row = { readonly name: string; readonly doc: string }
type Section = { readonly title: string; readonly rows: readonly Row[] }
const SECTIONS = VARIABLE_CATALOGUE as readonly Section[]
const ROWS = SECTIONS.flatMap(({ rows }) => rows)
const NAMES = new Set(ROWS.map(({ name }) => name))

const SOURCES = globSync('packages/trefoil/{src/**/*.ts,bin/*}', { cwd: ROOT })
  .filter((file) => !/\.(?:test|fixture)\.ts$/.test(file))
  .map((file) => ({ file, text: readFileSync(join(ROOT, file), 'utf8') }))

const page = readDocument('docs/variables.md')

describe('docs/variables.md', () => {
  it.each(SECTIONS.map((section) => [section.title, section] as const))(
    'P-SET-1: the table of %s is that of the source',
    (title, section) => {
      expect(tableOf(page, `variables of ${title}`)).toEqual(catalogueRows(section))
    },
  )

  it('APP-6: each variable once, each with a line', () => {
    expect(ROWS.length).toBeGreaterThan(50)
    expect(NAMES.size).toBe(ROWS.length)
    expect(ROWS.filter(({ doc }) => doc === '')).toEqual([])
  })

  it('every name in the sources is in it', () => {
    // What groups of options begin with; an old name is in the table of the migration.
    const prefixes = new Set(
      SOURCES.flatMap(({ text }) => [...text.matchAll(/prefix: '(\w+)'/g)].map(([, one]) => one)),
    )
    // A part is the example in a comment; the other is the beginning of some.
    const examples = new Set(['TREFOIL_', 'TREFOIL_STAMP', 'TREFOIL_AUTH_JWT_'])
    const missing = SOURCES.flatMap(({ file, text }) =>
      [...text.matchAll(/\bTREFOIL_[A-Z0-9_]*/g)]
        .map(([name]) => name)
        .filter((name) => !NAMES.has(name) && !MOVED_VARIABLES.has(name))
        .filter((name) => !prefixes.has(name) && !examples.has(name))
        .map((name) => `${file}: ${name}`),
    )
    expect(missing).toEqual([])
  })

  it('an app without a ready-made part says so of its variables, and not that nobody reads them', async () => {
    const own = new Set(VARIABLE_SECTIONS.map(({ title }) => title))
    for (const { title, rows } of SECTIONS) {
      const [first] = rows
      if (first === undefined || own.has(title)) continue
      const lines: string[] = []
      const silent = () => {}
      const warn = (_: unknown, message = '') => void lines.push(message)
      const logger = { debug: silent, info: silent, error: silent, warn }
      const app = createApp({ log: { logger }, env: { [first.name]: '1' } })
      await app.startup()
      await app.shutdown()
      expect(lines, title).toEqual([
        expect.stringMatching(/^Environment variable TREFOIL_\w+ is for \w+\(\), a part that this/),
      ])
    }
  })

  it('none in it is read by nobody', () => {
    const unread = ROWS.filter(({ name }) => !isRead(name)).map(({ name }) => name)
    expect(unread).toEqual([])
  })
})

/** Set but empty is refused by its name; what only the program reads is looked up by name in a source. */
function isRead(name: string): boolean {
  const env = { [name]: '' }
  const key = 'Zk3vQ9xT1mB7rL5wN8pD2hF6jS4gY0cAeUiOqWzX'
  const readers = [
    () => createApp({ env }),
    // Without an origin there is no CORS, whatever its other variables say.
    () => createApp({ env: { TREFOIL_BROWSER_CORS_ALLOWED_ORIGINS: 'https://a.example', ...env } }),
    () => cookieSession({ env: { TREFOIL_SESSION_SECRET: key, ...env } }),
    () => jwtAuth({ env }),
    () => jwtAuth({ env: { TREFOIL_AUTH_JWT__SECRET: key, [name]: '["unclosed' } }),
    () =>
      within(name, () => {
        health()
        otel()
        metrics({ guard: hasScope('metrics') })
        auditLog({ keys: 'k'.repeat(32) })
        auditLog({ keys: 'k'.repeat(32), checkpoints: { origin: 'a' }, otlp: { url: 'http://a' } })
        const data = database()
        const jobs = jobQueue({ data })
        webhooks({ data, jobs, keys: 'k'.repeat(32) })
        redis()
        pages({ keys: key })
        accounts({ data, jobs, keys: 'k'.repeat(32) })
      }),
    // Without a host there is no mail server, whatever its other variables say.
    () => within(name, () => smtpMailer({ host: 'mail.example', from: 'a@mail.example' })),
    () => within(name, () => smtpMailer({ host: 'mail.example' })),
  ]
  const refused = readers.some((read) => {
    try {
      read()
      return false
    } catch (error) {
      return (error as Error).message.includes(name)
    }
  })
  const looksUp = new RegExp(`'${name}'`)
  return refused || SOURCES.some(({ file, text }) => isReader(file) && looksUp.test(code(text)))
}

/** With the variable set in the environment of this process, and empty. */
function within(name: string, read: () => unknown): void {
  process.env[name] = ''
  try {
    read()
  } finally {
    delete process.env[name]
  }
}

function isReader(file: string): boolean {
  return /src\/(?:program|surfaces)\/|src\/record\/worker-number/.test(file)
}

function code(text: string): string {
  return text.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, '')
}
