// Workers: `app.fetch` without Node around it. What Bun and Deno really do is asked of them by
// `npm run test:runtimes`.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-5.9'
import { describe, expect, it } from 'vitest'
import { readSources } from '../architecture/read-sources.ts'

/** Built-in modules that workers-style runtimes have as well. */
const PORTABLE = new Set(['node:crypto'])

describe('the import graph of app.fetch (ADAPT-1)', () => {
  it('names no Node module that other runtimes lack', () => {
    const sources = readSources()
    const found = new Map<string, string>()
    const reached = new Set(['index.ts'])
    // A set iterates over what is added on the way, too.
    for (const file of reached) {
      for (const specifier of staticImports(file, sources.get(file) ?? '')) {
        if (specifier.startsWith('node:')) found.set(`${file} imports ${specifier}`, specifier)
        else if (specifier.startsWith('.')) reached.add(join(file, '..', specifier))
      }
    }
    expect(reached.size).toBeGreaterThan(50)
    expect([...found].filter(([, name]) => !PORTABLE.has(name)).map(([where]) => where)).toEqual([])
  })
})

/** What must be loaded before the file can run; `import type` and `import()` are not. */
function staticImports(file: string, text: string): readonly string[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest)
  return source.statements.flatMap((statement) => {
    const isImport = ts.isImportDeclaration(statement)
    if (!isImport && !ts.isExportDeclaration(statement)) return []
    const typeOnly = isImport ? isTypeOnly(statement.importClause) : statement.isTypeOnly
    const { moduleSpecifier } = statement
    const isText = moduleSpecifier !== undefined && ts.isStringLiteral(moduleSpecifier)
    return !typeOnly && isText ? [moduleSpecifier.text] : []
  })
}

function isTypeOnly(clause: ts.ImportClause | undefined): boolean {
  return clause?.phaseModifier === ts.SyntaxKind.TypeKeyword
}

describe('app.fetch without the globals of Node', () => {
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      fileURLToPath(new URL('./worker-like.mjs', import.meta.url)),
    ],
    { encoding: 'utf8', timeout: 30_000 },
  )

  it('answers on all three surfaces', () => {
    expect(stderr).toBe('')
    expect(JSON.parse(stdout).answers).toEqual([
      ['/items/7', 200, '{"id":7,"address":"192.0.2.1"}'],
      ['/items/x', 400, expect.stringContaining('VALIDATION_ERROR')],
      ['/nowhere', 404, expect.stringContaining('not_found')],
      ['/echo', 200, 'hi'],
      ['/upload', 200, 'Ttext'],
      ['/stream', 200, 'one two'],
      ['/mcp', 200, expect.stringContaining('"result"')],
      ['/__trefoil__/actions/call', 200, '{"ok":true,"status_code":200,"body":"used"}'],
      ['/openapi.json', 200, expect.stringContaining('openapi')],
    ])
  })

  it('loads no Node module but crypto, neither at the start nor on the way', () => {
    const { asked } = JSON.parse(stdout)
    const others = [...asked.atLoad, ...asked.atFirstCall].filter((name) => !PORTABLE.has(name))
    expect(others).toEqual([])
  })

  it('asks for no global of Node but `process`, and does without', () => {
    const { used } = JSON.parse(stdout)
    expect(used.filter((use: string) => !use.startsWith('process at '))).toEqual([])
  })
})
