// What can be imported from the package, and from where (FND-53, decisions/0025).
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { checkDoors, exportsOf, UNEXPORTED } from '../../scripts/check-doors.mjs'

const PACKAGE = join(import.meta.dirname, '..', '..', 'packages', 'trefoil')

const EXPORTS = exportsOf(PACKAGE)

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** A package with these declarations; `index` and `other` are its doors. */
function packageOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-doors-'))
  folders.push(folder)
  const door = (name: string) => ({ types: `./dist/${name}.d.ts`, default: `./dist/${name}.js` })
  const exports = { '.': door('index'), ...('other' in files ? { './other': door('other') } : {}) }
  write(folder, 'package.json', JSON.stringify({ name: 'p', type: 'module', exports }))
  for (const [name, text] of Object.entries(files)) write(folder, `dist/${name}.d.ts`, text)
  return folder
}

/** With the comment that every export has to have. */
function described(text: string): string {
  return text.replaceAll(/^export (?=interface|type [^{]|declare)/gm, '/** What it is. */\nexport ')
}

function write(folder: string, path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true })
  writeFileSync(join(folder, path), text)
}

describe('the doors of trefoil', () => {
  it('hand out these names; `npm test -- test/doors -u` after a change on purpose', async () => {
    const doors = Map.groupBy(EXPORTS, ({ door }) => door)
    const lines = [...doors].map(([door, names]) =>
      [door, ...names.map(({ name, kind }) => `  ${name} ${kind}`)].join('\n'),
    )
    await expect(`${lines.join('\n\n')}\n`).toMatchFileSnapshot('exports.txt')
  })

  it('every type in a public signature is at one of them', () => {
    expect(checkDoors(PACKAGE, UNEXPORTED)).toEqual([])
  }, 60_000)

  it('values are what the snapshot says: no class that nobody should make', async () => {
    const doors = ['trefoil', 'trefoil/auth', 'trefoil/cookies', 'trefoil/client', 'trefoil/node']
    for (const door of [...doors, 'trefoil/testing']) {
      const values = Object.keys(await import(door)).sort()
      const declared = EXPORTS.filter((entry) => entry.door === door)
      expect(values, door).toEqual(
        declared.flatMap(({ name, kind }) => (kind === 'type' ? [] : [name])).sort(),
      )
    }
    const classes = EXPORTS.filter(({ kind }) => kind === 'class')
    expect(classes.map(({ name }) => name)).toMatchInlineSnapshot(`
      [
        "HttpError",
        "ImproperlyConfigured",
        "Problem",
        "Secret",
        "UnfitForProduction",
        "BreachChecker",
        "PasswordPolicy",
        "SmtpFailed",
        "SqlAuditStore",
        "AuditFile",
        "TreeFiles",
        "AuthContext",
        "AuthenticationError",
        "ClientProblem",
        "CookieSigner",
        "JobDataRefused",
        "NoRetry",
        "FormError",
        "FormLeads",
        "Markup",
        "TransactionConflict",
        "CommitUnknown",
        "DatabaseUnavailable",
        "DatabaseBusy",
      ]
    `)
  }, 60_000)
})

describe('the check', () => {
  const SHAPE =
    'export interface Shape { readonly size: Size }\nexport interface Size { readonly n: number }'

  it('passes when every name is there', () => {
    const index = "export type { Shape, Size } from './shape.js'"
    expect(checkDoors(packageOf({ index: described(index), shape: described(SHAPE) }), {})).toEqual(
      [],
    )
  })

  it.each([
    [
      'a member',
      "export type { Shape } from './shape.js'",
      'Size (dist/shape.d.ts) stands in the signature of Shape',
    ],
    [
      'a parameter',
      "import type { Size } from './shape.js'\nexport declare function f(size: Size): void",
      'signature of f',
    ],
    [
      'a result',
      "import type { Size } from './shape.js'\nexport declare const f: () => Promise<Size>",
      'signature of f',
    ],
    [
      'a constraint',
      "import type { Size } from './shape.js'\nexport interface Box<S extends Size> { s: S }",
      'signature of Box',
    ],
    [
      'a base',
      "import type { Size } from './shape.js'\nexport interface Box extends Size { s: 1 }",
      'signature of Box',
    ],
    [
      'an import type',
      "export declare function f(size: import('./shape.js').Size): void",
      'signature of f',
    ],
    [
      'a condition',
      "import type { Size } from './shape.js'\nexport type If<T> = T extends Size ? 1 : 2",
      'signature of If',
    ],
    [
      'a name its own module keeps',
      'interface Own { a: 1 }\nexport declare function f(own: Own): void\nexport {}',
      'Own (dist/index.d.ts)',
    ],
    [
      'a constructor',
      "import type { Size } from './shape.js'\nexport declare class Box { constructor(size: Size) }",
      'signature of Box',
    ],
  ])('fails for %s that is at no door', (_, index, message) => {
    const wrong = checkDoors(packageOf({ index: described(index), shape: described(SHAPE) }), {})
    expect(wrong).toHaveLength(1)
    expect(wrong[0]).toContain(message)
    expect(wrong[0]).toContain('is at no door')
  })

  it.each([
    [
      'private members',
      'interface Own { a: 1 }\nexport declare class Box { #a: Own; private b: Own }\nexport {}',
    ],
    [
      'members under a name for the compiler',
      "interface Own { a: 1 }\nexport interface Box { '~types'?: Own }\nexport {}",
    ],
    [
      'types that are worked out',
      'type Keys<T> = { [K in keyof T]: 1 }\nexport declare function f<T>(t: Keys<T>): void\nexport {}',
    ],
    [
      'what a class keeps to',
      'interface Own { a: 1 }\nexport declare class Box implements Own { a: 1 }\nexport {}',
    ],
  ])('leaves out %s', (_, index) => {
    expect(checkDoors(packageOf({ index: described(index) }), {})).toEqual([])
  })

  it('leaves out the constructor of a class that is exported as a type', () => {
    const shape = `${SHAPE}\nexport declare class Box { constructor(size: Size) }`
    const index = "export type { Box } from './shape.js'"
    expect(checkDoors(packageOf({ index, shape: described(shape) }), {})).toEqual([])
  })

  it('fails for a name at two doors, and for a line of the list that nobody needs', () => {
    const door = "export type { Shape, Size } from './shape.js'"
    const two = checkDoors(packageOf({ index: door, other: door, shape: described(SHAPE) }), {})
    expect(two).toEqual([
      "Shape is exported by 'p' and by 'p/other': keep one",
      "Size is exported by 'p' and by 'p/other': keep one",
    ])
    const one = packageOf({
      index: "export type { Shape } from './shape.js'",
      shape: described(SHAPE),
    })
    expect(checkDoors(one, { Size: 'a reason' })).toEqual([])
    const idle = packageOf({ index: door, shape: described(SHAPE) })
    expect(checkDoors(idle, { Size: 'a reason' })).toEqual([
      'Size need not be on the list of unexported types any more',
    ])
  })

  it('fails for a name that says nothing of itself', () => {
    const index = 'export interface Shape { n: number }\nexport declare const a: 1'
    expect(checkDoors(packageOf({ index }), {})).toEqual([
      "Shape ('p') has no comment that says what it is",
      "a ('p') has no comment that says what it is",
    ])
  })

  it('says so when the package has not been built', () => {
    expect(() => checkDoors(packageOf({ shape: described(SHAPE) }), {})).toThrow('build first')
  })
})
