// docs/codemods/0.1-to-0.2.mjs on code as people wrote it for 0.1.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import {
  MOVED_OPTIONS,
  MOVED_VARIABLES,
} from '../../packages/trefoil/src/app/options/moved-options.ts'
import { codemodTables } from '../../scripts/option-tables.mjs'
import { ROOT } from './markdown.ts'

const SCRIPT = join(ROOT, 'docs/codemods/0.1-to-0.2.mjs')
const { migrate } = await import(SCRIPT)

interface Migrated {
  readonly text: string
  readonly notes: readonly string[]
}

/** Runs it twice: the second time must change nothing. */
function moved(before: string, file = 'app.ts', also: readonly string[] = []): Migrated {
  const once: Migrated = migrate(before, { file, also })
  expect(migrate(once.text, { file, also }).text).toBe(once.text)
  return once
}

describe('the tables of the codemod', () => {
  it('are those of the source', () => {
    const text = readFileSync(SCRIPT, 'utf8')
    const tables = /\/\/ <generated>[^\n]*\n([\s\S]*?)\/\/ <\/generated>/.exec(text)?.[1] ?? ''
    const read = (code: string) => new Function(`${code}\nreturn { MOVED, VARIABLES, KEPT }`)()
    expect(read(tables)).toEqual(read(codemodTables()))
    expect(read(tables).MOVED).toEqual(MOVED_OPTIONS)
    expect(read(tables).VARIABLES).toEqual(Object.fromEntries(MOVED_VARIABLES))
  })
})

describe('code', () => {
  it('moves options into groups, in the place of the first', () => {
    const { text, notes } = moved(`
import { createApp } from 'trefoil'

export const app = createApp({
  name: 'store',
  allowedHosts: ['shop.example'],
  maxBodySize: '5mb',
  auth,
  timeout: '30s',
  trustedProxies: ['10.0.0.0/8'],
  cors: {
    allowedOrigins: ['https://app.example.com'],
    maxAge: 600,
  },
})
`)
    expect(text).toBe(`
import { createApp } from 'trefoil'

export const app = createApp({
  name: 'store',
  edge: { hosts: ['shop.example'], proxies: ['10.0.0.0/8'] },
  limits: { body: '5mb', timeout: '30s' },
  auth,
  browser: {
    cors: {
      allowedOrigins: ['https://app.example.com'],
      maxAge: '10m',
    },
  },
})
`)
    expect(notes).toEqual([])
  })

  it('keeps comments with what they are about', () => {
    const { text } = moved(`createApp({
  // Who we are.
  name: 'store', // for people
  /** Behind nginx. */
  trustedProxies: ['10.0.0.1'], // the one proxy
  // The last word.
  debug: false,
})`)
    expect(text).toBe(`createApp({
  // Who we are.
  name: 'store', // for people
  edge: {
    /** Behind nginx. */
    // the one proxy
    proxies: ['10.0.0.1'],
  },
  // The last word.
  debug: false,
})`)
  })

  it('on one line, shorthand, methods, quoted names, no final comma', () => {
    expect(moved('const app = createApp({ logger, timeout: 500, env: {} })').text).toBe(
      "const app = createApp({ log: { logger }, limits: { timeout: '500ms' }, env: {} })",
    )
    expect(moved('createApp({ docsPath, onCall(record) { keep(record) } })').text).toBe(
      'createApp({ docs: { path: docsPath }, log: { onCall(record) { keep(record) } } })',
    )
    expect(moved("createApp({ 'accessLog': (event) => log(event) })").text).toBe(
      'createApp({ log: { access: (event) => log(event) } })',
    )
    expect(moved('createApp<A, B>({ async accessLog(event) { await save(event) } })').text).toBe(
      'createApp<A, B>({ log: { async access(event) { await save(event) } } })',
    )
  })

  it('adds to groups that are there', () => {
    expect(moved("createApp({ limits: { file: '1mb' }, maxBodySize: '5mb' })").text).toBe(
      "createApp({ limits: { file: '1mb', body: '5mb' } })",
    )
    expect(
      moved(`createApp({
  maxBodySize: '5mb',
  limits: {
    file: '1mb',
  },
})`).text,
    ).toBe(`createApp({
  limits: {
    file: '1mb',
    body: '5mb',
  },
})`)
  })

  it.each([
    ['maxBodySize: 1024', "limits: { body: '1kb' }"],
    ['maxBodySize: 5 * 1024 * 1024', "limits: { body: '5mb' }"],
    ['maxFileSize: 10', "limits: { file: '10b' }"],
    ['timeout: 90_000', "limits: { timeout: '90s' }"],
    ['closeTimeout: 0', "limits: { close: '0ms' }"],
    [
      'hsts: { maxAge: 63072000, preload: true }',
      "browser: { hsts: { maxAge: '730d', preload: true } }",
    ],
    ['hsts: false', 'browser: { hsts: false }'],
    ['compression: { threshold: 512 }', "edge: { compression: { threshold: '512b' } }"],
    ['maxInFlight: 10', 'limits: { inFlight: 10 }'],
  ])('FND-14: units behind bare numbers: %s', (before, after) => {
    expect(moved(`createApp({ ${before} })`)).toEqual({
      text: `createApp({ ${after} })`,
      notes: [],
    })
  })

  it('says what it cannot tell', () => {
    const { text, notes } = moved(
      'const a = 1\ncreateApp({\n  ...base,\n  maxBodySize: LIMIT,\n  logLevel: level,\n})\n',
    )
    expect(text).toBe(
      'const a = 1\ncreateApp({\n  ...base,\n  limits: { body: LIMIT },\n  log: { level: level },\n})\n',
    )
    expect(notes).toEqual([
      "app.ts:4: limits.body takes text with a unit now; look at 'LIMIT'",
      "app.ts:3: '...base' is spread into the options: move what is in it by hand, and mind that a group in it replaces the whole group",
    ])
    expect(moved('createApp({ limits: mine, maxBodySize: LIMIT })')).toEqual({
      text: 'createApp({ limits: mine, maxBodySize: LIMIT })',
      notes: ["app.ts:1: maxBodySize is now limits.body: add it to 'limits' by hand"],
    })
  })

  it.each([
    "get('/x', { timeout: '30s', headers: {} })",
    "// createApp({ maxBodySize: '1mb' })",
    '"createApp({ timeout: 1 })"',
    "createApp({ name: 'x', debug: true, auth: [{ authenticate, surfaces: ['api'] }] })",
    'createApp(options)',
    "createApp({ state: { cors: 1, 'timeout': /[{]\\/,/ } })",
    'import { createApp } from "trefoil"',
    'createApp({',
  ])('leaves alone: %s', (code) => {
    expect(moved(code)).toEqual({ text: code, notes: [] })
  })

  it('is not confused by brackets in text, templates and expressions', () => {
    const { text } = moved(
      "createApp({ description: `a } \u0024{'}'} {`, name: 'a, }', cors: { allowedOriginPattern: /[,}]/.source }, docsPath: null })",
    )
    expect(text).toBe(
      "createApp({ description: `a } \u0024{'}'} {`, name: 'a, }', browser: { cors: { allowedOriginPattern: /[,}]/.source } }, docs: { path: null } })",
    )
  })

  it('follows objects that are handed over or spread in, in the same file', () => {
    const { text, notes } = moved(`const base: Options = { logger, env: {} }
const other = { logger }
const whole = { docsPath: null }
createApp({ ...base, name: 'x' })
createApp(whole)
`)
    expect(text).toBe(`const base: Options = { log: { logger }, env: {} }
const other = { logger }
const whole = { docs: { path: null } }
createApp({ ...base, name: 'x' })
createApp(whole)
`)
    expect(notes).toEqual([])
    const route = "const options = { timeout: 5, params }\napp.get('/x', options, run)\n"
    const own = 'const f = (options) => createApp({ ...options })\n'
    expect(moved(route + own)).toEqual({ text: route + own, notes: [] })
    // `log` of one would replace `log` of the other.
    expect(
      moved("const base = { logger }\ncreateApp({ logLevel: 'info', ...base })").notes,
    ).toEqual([
      "app.ts:2: '...base' is spread into the options: move what is in it by hand, and mind that a group in it replaces the whole group",
    ])
    expect(moved('export const OPEN = { logger }', 'open.ts', ['OPEN']).text).toBe(
      'export const OPEN = { log: { logger } }',
    )
  })

  it('reads code in templates, and functions that hand options on', () => {
    expect(moved('write(`createApp({ docsPath: null, name: \u0024{name} })`)').text).toBe(
      'write(`createApp({ docs: { path: null }, name: \u0024{name} })`)',
    )
    const call = 'makeApp({ logger })'
    expect(moved(call).text).toBe(call)
    expect(moved(call, 'app.ts', ['makeApp']).text).toBe('makeApp({ log: { logger } })')
  })
})

describe('other files', () => {
  it('code blocks of Markdown, with the right lines', () => {
    const before =
      'Text: createApp({ timeout: 1 })\n\n```ts run\ncreateApp({\n  timeout: soon,\n})\n```\n\n```sh\nx\n```\n'
    const { text, notes } = moved(before, 'README.md')
    expect(text).toBe(before.replace('timeout: soon', 'limits: { timeout: soon }'))
    expect(notes).toEqual([
      "README.md:5: limits.timeout takes text with a unit now; look at 'soon'",
    ])
  })

  it('variables, wherever they stand', () => {
    const { text, notes } = moved(
      'TREFOIL_ALLOWED_HOSTS=shop.example\nTREFOIL_HSTS_MAX_AGE=3600\nTREFOIL_MCP_ALLOWED_ORIGINS=x\nTREFOIL_MAX_BODY_SIZES=1\nTREFOIL_CORS_MAX_AGE=$AGE\n',
      '.env',
    )
    expect(text).toBe(
      'TREFOIL_EDGE_HOSTS=shop.example\nTREFOIL_BROWSER_HSTS_MAX_AGE=3600s\nTREFOIL_MCP_ALLOWED_ORIGINS=x\nTREFOIL_MAX_BODY_SIZES=1\nTREFOIL_BROWSER_CORS_MAX_AGE=$AGE\n',
    )
    expect(notes).toEqual([
      '.env:5: TREFOIL_BROWSER_CORS_MAX_AGE takes text with a unit, such as 600s',
    ])
  })

  it('the program changes files, and says which', () => {
    const folder = mkdtempSync(join(tmpdir(), 'trefoil-codemod-'))
    try {
      const file = join(folder, 'app.ts')
      writeFileSync(file, 'createApp({ docsPath: null })\n')
      const run = (...args: string[]) =>
        spawnSync(process.execPath, [SCRIPT, ...args], { encoding: 'utf8' })
      expect(run('--dry-run', file).stdout).toBe(`${file}: would be changed\n`)
      expect(readFileSync(file, 'utf8')).toBe('createApp({ docsPath: null })\n')
      expect(run(join(folder, '*.ts')).stdout).toBe(`${file}: changed\n`)
      expect(readFileSync(file, 'utf8')).toBe('createApp({ docs: { path: null } })\n')
      expect(run(file).stdout).toBe('')
      expect(run().status).toBe(2)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
