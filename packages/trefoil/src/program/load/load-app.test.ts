import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createApp } from '../../app/create-app.ts'
import { Problem } from '../../contract/problems/problem.ts'
import { loadApp } from './load-app.ts'

// A file that was just written cannot import this copy of the framework.
const MAKE = Symbol.for('trefoil.test.load')
Reflect.set(globalThis, MAKE, (name: string) => createApp({ name, env: {} }))
afterAll(() => Reflect.deleteProperty(globalThis, MAKE))
const APP = "globalThis[Symbol.for('trefoil.test.load')]('made')"
const MAKER = `import 'node:os' // from 'trefoil'\nexport const app = ${APP}\n`

let cwd: string

beforeEach(async () => {
  cwd = await realpath(await mkdtemp(join(tmpdir(), 'trefoil-load-')))
})

afterEach(async () => {
  await rm(cwd, { recursive: true, force: true })
})

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(cwd, path)), { recursive: true })
    await writeFile(join(cwd, path), text)
  }
}

/** Label of the app that was found, or what the problem says and advises. */
async function load(text?: string): Promise<string> {
  try {
    const { app, label } = await loadApp(text, cwd)
    return `${label} ${app.name}`
  } catch (error) {
    if (error instanceof Problem && error.code === 'cli_app')
      return `${error.detail} | ${error.fix}`
    throw error
  }
}

describe('CLI-3: an app that is named', () => {
  test.each([
    ['./lib/store.mjs#app', './lib/store.mjs#app made'],
    ['lib/store.mjs:app', './lib/store.mjs#app made'],
    ['lib/store:nested.app', './lib/store.mjs#nested.app made'],
    ['lib/store.mjs', './lib/store.mjs#app made'],
    ['lib/store.mjs#make', './lib/store.mjs#make made'],
    ['lib/store.mjs#later', './lib/store.mjs#later made'],
  ])('%s', async (text, label) => {
    await write({
      'lib/store.mjs':
        `export const app = ${APP}\nexport const nested = { app }\n` +
        'export const make = async () => app\nexport const later = Promise.resolve(app)\n',
    })
    expect(await load(text)).toBe(label)
  })

  test('a default export comes before app, app before createApp', async () => {
    const named = (name: string): string => APP.replace('made', name)
    await write({
      'a.mjs': `export default ${named('default')}\nexport const app = ${named('app')}\n`,
      'b.mjs': `export const app = ${named('app')}\nexport function createApp() { return ${APP} }\n`,
      'c.mjs': `export default 5\nexport function createApp() { return ${named('factory')} }\n`,
    })
    expect(await load('a.mjs')).toBe('./a.mjs#default default')
    expect(await load('b.mjs')).toBe('./b.mjs#app app')
    expect(await load('c.mjs')).toBe('./c.mjs#createApp factory')
  })
})

describe('CLI-22: an app that is looked for', () => {
  test.each(['app.ts', 'main.js', 'server.mjs', 'src/app.ts', 'src/index.ts'])(
    '%s',
    async (path) => {
      await write({ [path]: MAKER, 'src/other.ts': MAKER, 'package.json': '{"type":"module"}' })
      expect(await load()).toBe(`./${path}#app made`)
    },
  )

  test('a module that only passes the app on, or makes none, does not count', async () => {
    await write({
      'src/app.mjs': MAKER,
      'src/index.mjs': "export { app } from '../app.mjs'\n",
      'src/server.mjs': "throw new Error('must not be run')\nimport { app } from '../app.mjs'\n",
    })
    expect(await load()).toBe('./src/app.mjs#app made')
  })

  test('none, or more than one, is a problem', async () => {
    expect(await load()).toMatch(/^No app found in .* \| Name it, such as/)
    await write({ 'app.mjs': MAKER, 'src/main.mjs': MAKER })
    expect(await load()).toBe(
      'More than one app found: ./app.mjs, ./src/main.mjs | ' +
        'Choose one, such as `--app ./app.mjs`, or set TREFOIL_APP.',
    )
  })
})

describe('CLI-3: what goes wrong names the file and what to do', () => {
  test.each<[string, string, RegExp]>([
    [
      'export const app = 5',
      'x.mjs#app',
      /^\.\/x\.mjs#app is not a Trefoil app: it is of type number \| Export what/,
    ],
    ['export const app = null', 'x.mjs#app', /it is null/],
    [
      'export const store = 1',
      'x.mjs#app',
      /^\.\/x\.mjs has no export `app` \| Name one of its exports: \.\/x\.mjs#store\.$/,
    ],
    ['export const store = {}', 'x.mjs#store.toString', /has no export `store\.toString`/],
    ['', 'x.mjs', /^\.\/x\.mjs exports no app.* \| Export the app from/],
    [
      'export const other = 1',
      'x.mjs',
      /exports no app.*Name one of its exports: \.\/x\.mjs#other/,
    ],
    [
      'export const app = () => 7',
      'x.mjs',
      /^\.\/x\.mjs#app\(\) is not a Trefoil app: it is of type number/,
    ],
    [
      "export const app = () => { throw new Error('no database') }",
      'x.mjs',
      /^\.\/x\.mjs#app\(\) failed: no database/,
    ],
    [
      "throw new TypeError('at import')",
      'x.mjs',
      /^Could not import \.\/x\.mjs: TypeError: at import/,
    ],
    ["import 'no-such-package-at-all'", 'x.mjs', /^Could not import \.\/x\.mjs: /],
  ])('%s', async (source, text, expected) => {
    await write({ 'x.mjs': source })
    expect(await load(text)).toMatch(expected)
  })

  test.each(['./nope.ts#app', 'src', 'nope'])('%s does not exist', async (text) => {
    await mkdir(join(cwd, 'src'))
    expect(await load(text)).toMatch(/^App file does not exist: \.\/.* \| Give a path relative to/)
  })

  test.each(['#app', 'x.mjs#', 'x.mjs#a-b'])('%s names no app', async (text) => {
    expect(await load(text)).toMatch(/does not name an app/)
  })
})
