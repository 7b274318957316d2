// Every rule of the architecture test can fail: a sound tree, and one break of it for each case.
import { describe, expect, test } from 'vitest'
import { checkSources } from './check-sources.ts'
import { RULES, type Rule } from './report.ts'

const SIGN = '# a room\n'

const SOUND: Readonly<Record<string, string>> = {
  'base/README.md': SIGN,
  'base/clock.ts': 'export const now = (): number => Date.now()\n',
  'base/ids.ts': "import { randomBytes } from 'node:crypto'\nexport const id = randomBytes\n",
  'contract/README.md': SIGN,
  'contract/schema.ts':
    "import type { StandardSchemaV1 } from '@standard-schema/spec'\nexport type Schema = StandardSchemaV1\n",
  'contract/ports/store.ts': 'export interface Store {}\n',
  'policy/README.md': SIGN,
  'policy/guard.ts':
    "import type { Schema } from '../contract/schema.ts'\nexport type G = Schema\n",
  'identity/README.md': SIGN,
  'identity/jwt.ts': "import 'jose'\nexport const jwt = 1\n",
  'engine/README.md': SIGN,
  'engine/run.ts':
    "import type { G } from '../policy/guard.ts'\nimport { jwt } from '../identity/jwt.ts'\nexport const run = (_: G): number => jwt\n",
  'surfaces/README.md': SIGN,
  'surfaces/walk.ts': 'export const walk = 1\n',
  'surfaces/recorder.ts': 'export const recorder = 1\n',
  'surfaces/agent/README.md': SIGN,
  'surfaces/agent/content.ts': 'export const content = 1\n',
  'surfaces/http/README.md': SIGN,
  'surfaces/http/http.ts': "export { run } from '../../engine/run.ts'\n",
  'surfaces/http/node/listen.ts':
    "import { createServer } from 'node:http'\nexport const serve = createServer\n",
  'surfaces/mcp/README.md': SIGN,
  'surfaces/mcp/mcp.ts': 'export const mcp = 1\n',
  'stores/README.md': SIGN,
  'stores/memory.ts':
    "import type { Store } from '../contract/ports/store.ts'\nimport 'node:fs'\nexport type M = Store\n",
  'describe/README.md': SIGN,
  'describe/page.ts': 'export const page = 1\n',
  'app/README.md': SIGN,
  'app/create.ts':
    "import { run } from '../surfaces/http/http.ts'\nimport { recorder } from '../surfaces/recorder.ts'\nimport { page } from '../describe/page.ts'\nexport const app = [run, recorder, page]\n",
  'client/README.md': SIGN,
  'client/remote.ts': "import { now } from '../base/clock.ts'\nexport const remote = now\n",
  'features/README.md': SIGN,
  'features/health.ts': "import { app } from 'trefoil'\nexport const health = app\n",
  'testing/README.md': SIGN,
  'testing/client.ts': "import { app } from '../app/create.ts'\nexport const client = app\n",
  'program/README.md': SIGN,
  'program/start.ts':
    "import 'node:fs'\nimport { app } from '../app/create.ts'\nexport const main = (at: string): unknown => [app, import(at)]\n",
  'index.ts':
    "// the front door\nexport { app } from './app/create.ts'\nexport type { G } from './policy/guard.ts'\n",
  'client.ts': "export { remote } from './client/remote.ts'\n",
  'health.ts': "export { health } from './features/health.ts'\n",
  'testing.ts': "export { client } from './testing/client.ts'\n",
  'node.ts': "export { serve } from './surfaces/http/node/listen.ts'\n",
}

/** The tree with some files replaced, added, or (`null`) left out. */
function tree(changes: Readonly<Record<string, string | null>>): ReadonlyMap<string, string> {
  const files = Object.entries({ ...SOUND, ...changes })
  return new Map(files.flatMap(([name, text]) => (text === null ? [] : [[name, text] as const])))
}

type Case = readonly [rule: Rule, file: string, what: string, files: Record<string, string | null>]

const CASES: readonly Case[] = [
  ['plan', 'core/x.ts', 'a folder that is no room', { 'core/x.ts': '' }],
  ['plan', 'surfaces/x/y.ts', 'a surface that is on no plan', { 'surfaces/x/y.ts': '' }],
  ...forbidden('base/x.ts', '../contract/schema.ts'),
  ...forbidden('web/x.ts', '../contract/schema.ts', { 'web/README.md': SIGN }),
  ...forbidden('contract/x.ts', '../web/y.ts', { 'web/README.md': SIGN, 'web/y.ts': '' }),
  ...forbidden('policy/x.ts', '../identity/jwt.ts'),
  ...forbidden('identity/x.ts', '../record/y.ts', { 'record/README.md': SIGN, 'record/y.ts': '' }),
  ...forbidden('record/x.ts', '../policy/guard.ts', { 'record/README.md': SIGN }),
  ...forbidden('policy/x.ts', '../engine/run.ts'),
  ...forbidden('engine/x.ts', '../surfaces/mcp/mcp.ts'),
  ...forbidden('engine/x.ts', '../stores/memory.ts'),
  ...forbidden('app/x.ts', '../stores/memory.ts'),
  ...forbidden('app/x.ts', '../client/remote.ts'),
  ...forbidden('app/x.ts', '../index.ts'),
  ...forbidden('app/x.ts', '../surfaces/walk.ts'),
  ...forbidden('app/x.ts', '../surfaces/agent/content.ts'),
  ...forbidden('surfaces/walk.ts', './mcp/mcp.ts'),
  ...forbidden('surfaces/http/x.ts', '../mcp/mcp.ts'),
  ...forbidden('surfaces/mcp/x.ts', '../http/node/listen.ts'),
  ...forbidden('surfaces/mcp/x.ts', '../../app/create.ts'),
  ...forbidden('surfaces/mcp/x.ts', '../../describe/page.ts'),
  ...forbidden('stores/x.ts', '../contract/schema.ts'),
  ...forbidden('stores/x.ts', '../policy/guard.ts'),
  ...forbidden('describe/x.ts', '../engine/run.ts'),
  ...forbidden('features/x.ts', '../app/create.ts'),
  ...forbidden('client/x.ts', '../engine/run.ts'),
  ...forbidden('app/x.ts', '../program/start.ts'),
  ...forbidden('app/x.ts', '../testing/client.ts'),
  ...forbidden('program/x.ts', '../testing/client.ts'),
  ...forbidden('x.ts', './program/start.ts'),
  ...forbidden('x.ts', './testing/client.ts'),
  ...forbidden('x.ts', './index.ts'),
  ['imports', 'app/x.ts', 'a door by its package name', { 'app/x.ts': "import 'trefoil/client'" }],
  [
    'imports',
    'base/x.ts',
    'a type',
    { 'base/x.ts': "import type { G } from '../policy/guard.ts'" },
  ],
  ['imports', 'base/x.ts', 're-export', { 'base/x.ts': "export * from '../policy/guard.ts'" }],
  ['imports', 'base/x.ts', 'import()', { 'base/x.ts': "void import('../policy/guard.ts')" }],
  [
    'imports',
    'base/x.ts',
    'an import type',
    { 'base/x.ts': "export type X = import('../policy/guard.ts').G" },
  ],
  ['resolves', 'app/x.ts', 'a missing file', { 'app/x.ts': "import './nowhere.ts'" }],
  ['resolves', 'app/x.ts', 'a file outside', { 'app/x.ts': "import '../../bin/x.ts'" }],
  ['resolves', 'app/x.ts', 'no extension', { 'app/x.ts': "import './create'" }],
  ['literal-imports', 'app/x.ts', 'import(name)', { 'app/x.ts': 'export const x = import(name)' }],
  ['builtins', 'base/x.ts', 'files in base', { 'base/x.ts': "import 'node:fs'" }],
  ['builtins', 'contract/x.ts', 'crypto', { 'contract/x.ts': "import 'node:crypto'" }],
  ['builtins', 'client/x.ts', 'crypto', { 'client/x.ts': "import 'node:crypto'" }],
  ['builtins', 'describe/x.ts', 'files', { 'describe/x.ts': "import type { R } from 'node:fs'" }],
  ['builtins', 'engine/x.ts', 'files', { 'engine/x.ts': "import 'fs'" }],
  ['builtins', 'surfaces/http/x.ts', 'http', { 'surfaces/http/x.ts': "import 'node:http'" }],
  ['builtins', 'x.ts', 'a door', { 'x.ts': "export { readFile } from 'node:fs'" }],
  ['packages', 'base/x.ts', 'any', { 'base/x.ts': "import 'zod'" }],
  ['packages', 'contract/x.ts', 'zod', { 'contract/x.ts': "import type { z } from 'zod'" }],
  ['packages', 'contract/x.ts', 'a value', { 'contract/x.ts': "import '@standard-schema/spec'" }],
  ['packages', 'client/x.ts', 'any', { 'client/x.ts': "import 'undici'" }],
  [
    'packages',
    'surfaces/mcp/x.ts',
    'an MCP package',
    { 'surfaces/mcp/x.ts': "import '@modelcontextprotocol/server'" },
  ],
  [
    'browser',
    'base/ids.ts',
    'node:crypto behind the client',
    { 'client/x.ts': "import '../base/ids.ts'", 'client.ts': "export * from './client/x.ts'" },
  ],
  [
    'file-cycles',
    'app/x.ts',
    'two files',
    { 'app/x.ts': "import './y.ts'", 'app/y.ts': "import './x.ts'" },
  ],
  [
    'file-cycles',
    'app/x.ts',
    'three files, by types',
    {
      'app/x.ts': "import type { Y } from './y.ts'",
      'app/y.ts': "import type { Z } from './z.ts'",
      'app/z.ts': "import type { X } from './x.ts'",
    },
  ],
  ['file-cycles', 'app/x.ts', 'itself', { 'app/x.ts': "import './x.ts'" }],
  [
    'room-cycles',
    'engine',
    'two rooms, four files',
    { 'engine/x.ts': "import '../policy/guard.ts'", 'policy/x.ts': "import '../engine/run.ts'" },
  ],
  ['doors', 'x.ts', 'code', { 'x.ts': 'export const x = 1' }],
  ['doors', 'x.ts', 'an import', { 'x.ts': "import './app/create.ts'" }],
  ['doors', 'x.ts', 'a local export', { 'x.ts': 'export {}' }],
  ['names', 'app/utils.ts', 'a vague file', { 'app/utils.ts': '' }],
  ['names', 'app/string-helpers.ts', 'a vague ending', { 'app/string-helpers.ts': '' }],
  ['names', 'app/common/x.ts', 'a vague folder', { 'app/common/x.ts': '' }],
  ['names', 'app/misc.ts', 'a vague file', { 'app/misc.ts': '' }],
  ['names', 'app/createApp.ts', 'not kebab-case', { 'app/createApp.ts': '' }],
  ['named-exports', 'app/x.ts', 'a value', { 'app/x.ts': 'export default 1' }],
  ['named-exports', 'app/x.ts', 'a function', { 'app/x.ts': 'export default function x() {}' }],
  ['room-signs', 'app', 'no README', { 'app/README.md': null }],
  ['room-signs', 'surfaces/mcp', 'no README', { 'surfaces/mcp/README.md': null }],
  ['time-and-chance', 'app/x.ts', 'Date.now', { 'app/x.ts': 'export const x = Date.now()' }],
  ['time-and-chance', 'app/x.ts', 'uncalled', { 'app/x.ts': 'export const x = Date.now' }],
  ['time-and-chance', 'app/x.ts', 'new Date', { 'app/x.ts': 'export const x = new Date()' }],
  ['time-and-chance', 'app/x.ts', 'random', { 'app/x.ts': 'export const x = Math.random()' }],
  [
    'time-and-chance',
    'app/x.ts',
    'random, globally',
    { 'app/x.ts': 'export const x = globalThis.crypto.randomUUID()' },
  ],
  ['suppressions', 'app/x.ts', 'eslint', { 'app/x.ts': '// eslint-disable-next-line' }],
  ['suppressions', 'app/x.ts', 'tsc', { 'app/x.ts': '// @ts-expect-error because' }],
  ['suppressions', 'app/x.ts', 'a whole file', { 'app/x.ts': '// biome-ignore-all lint: why' }],
  ['suppressions', 'app/x.ts', 'all of lint', { 'app/x.ts': '// biome-ignore lint: because' }],
  ['suppressions', 'app/x.ts', 'no reason', { 'app/x.ts': '// biome-ignore lint/style/useConst:' }],
  [
    'suppressions',
    'app/x.ts',
    'a house rule',
    { 'app/x.ts': '// biome-ignore lint/suspicious/noExplicitAny: because' },
  ],
  ['size', 'app/x.ts', 'too long', { 'app/x.ts': '\n'.repeat(501) }],
  ['room-signs', 'app/parts', 'five files and no README', files('app/parts', 5)],
  ['room-signs', 'app/README.md', 'a page', { 'app/README.md': 'line\n'.repeat(26) }],
  ...untrue('app', 'a file that is gone', 'Starts in `gone.ts`.'),
  ...untrue('app', 'a file of another folder', 'Starts in `clock.ts`.'),
  ...untrue('app', 'a folder that is gone', 'See `gone/`.'),
  ...untrue('app', 'files that are gone', 'See `gone-*.ts`.'),
  ...untrue('policy', 'too many imports', '- May import: `base`, `contract`, `web`, `identity`.'),
  ...untrue('policy', 'too few imports', '- May import: floor 0.'),
  ...untrue('engine', 'other floors', '- May import: floors 0 to 3, `app`.'),
  ...untrue('app', 'a ban that nobody holds', '- Must never happen here: importing `engine`.'),
  ['folder-size', 'app', 'too many files', files('app', 20)],
  ['fan-out', 'app/x.ts', 'too many imports', { ...files('base', 15), 'app/x.ts': wide(16) }],
  ['fan-out', 'app/app.ts', 'no longer wide', { 'app/app.ts': '' }],
]

/** So many files, none of which does anything. */
function files(folder: string, count: number): Record<string, string> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${folder}/file-${index}.ts`, '']),
  )
}

/** An import of each of {@link files} in `base`, and of the clock. */
function wide(count: number): string {
  const own = Object.keys(files('base', count - 1))
  return [...own, 'base/clock.ts'].map((file) => `import '../${file}'`).join('\n')
}

function untrue(room: string, what: string, text: string): readonly Case[] {
  return [['true-signs', `${room}/README.md`, what, { [`${room}/README.md`]: text }]]
}

function forbidden(from: string, to: string, more: Record<string, string> = {}): readonly Case[] {
  return [['imports', from, to, { ...more, [from]: `export * from '${to}'` }]]
}

describe('checkSources', () => {
  test('finds nothing wrong with a sound tree', () => {
    expect(checkSources(tree({}))).toEqual([])
  })

  test.each(CASES)('%s: %s, %s', (rule, file, _what, files) => {
    const found = checkSources(tree(files)).filter((violation) => violation.rule === rule)
    expect(found.map((violation) => violation.file.replace(/:\d+$/, ''))).toEqual([file])
    expect(found[0]?.message).not.toBe('')
  })

  test('every rule has a case', () => {
    expect(new Set(CASES.map(([rule]) => rule))).toEqual(new Set(RULES))
  })

  test('comments and text are not code', () => {
    const text = `// Date.now() and import('../policy/guard.ts')
export const text = "new Date() import 'node:fs'"
/** {@link import('../policy/guard.ts')} */
export const other = new Date(0)
`
    expect(checkSources(tree({ 'base/x.ts': text }))).toEqual([])
  })

  test('a cycle says whether it is there at run time', () => {
    const cycle = (kind: string) =>
      checkSources(tree({ 'app/x.ts': `import ${kind} './y.ts'`, 'app/y.ts': "import './x.ts'" }))
    expect(cycle('')[0]?.message).toBe('imports itself at run time: app/x.ts → app/y.ts → app/x.ts')
    expect(cycle('type { Y } from')[0]?.message).toContain('through types')
  })

  test('a sign that is true', () => {
    const text = [
      '# policy — floor 2',
      'Asks `guard.ts`, `guar*.ts`, `../base/`, `contract/ports/`, `x` and `GET`; see `docs/auth.md`.',
      '- May import: floors 0 to 1.',
      '- Must never happen here: importing `identity`; deciding; importing `app`.',
    ].join('\n')
    expect(checkSources(tree({ 'policy/README.md': text }))).toEqual([])
    const inside = '# ports\n- May import: what `contract` may.\n'
    expect(checkSources(tree({ 'contract/ports/README.md': inside }))).toEqual([])
  })

  test('a vocabulary may be large', () => {
    expect(checkSources(tree({ 'web/README.md': SIGN, ...files('web', 30) }))).toEqual([])
  })

  test('a suppression with a rule and a reason is allowed', () => {
    const text = '// biome-ignore lint/complexity/noBannedTypes: the neutral element\n'
    expect(checkSources(tree({ 'app/x.ts': text }))).toEqual([])
  })
})
