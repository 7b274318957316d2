// docs/larger-app.md: its files compile together and do what the page says (FND-51).
import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { fencesOf, ROOT, readDocument } from './markdown.ts'

// Inside the workspace, so that `trefoil` resolves by its name.
const FOLDER = join(import.meta.dirname, 'dist', 'larger-app')
const FENCES = fencesOf(readDocument('docs/larger-app.md'))

const TSCONFIG = {
  extends: '../../../../tsconfig.base.json',
  compilerOptions: { noEmit: true, isolatedDeclarations: false, declaration: false },
  include: ['src'],
}

/** Files by name, as the fences of the page call them. */
const FILES = new Map(
  FENCES.flatMap(({ info, body }) => {
    const name = /^ignore (src\/[a-z-]+\.ts):/.exec(info)?.[1]
    return name === undefined ? [] : [[name, body]]
  }),
)

function compile(): string {
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', FOLDER], { encoding: 'utf8' })
  return stdout
}

beforeAll(() => {
  rmSync(FOLDER, { recursive: true, force: true })
  mkdirSync(join(FOLDER, 'src'), { recursive: true })
  writeFileSync(join(FOLDER, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  for (const [name, body] of FILES) writeFileSync(join(FOLDER, name), `${body}\n`)
})

describe('docs/larger-app.md', () => {
  it('has three files, and a fourth that tries them', () => {
    expect([...FILES.keys()]).toEqual([
      'src/app.ts',
      'src/orders.ts',
      'src/reports.ts',
      'src/try.ts',
    ])
  })

  it('its files compile together, without a cast', () => {
    expect(compile()).toBe('')
    expect([...FILES.values()].join('\n')).not.toMatch(/ as (?!const)|\bany\b/)
  }, 60_000)

  it('and print what the page shows', () => {
    const { stdout, stderr, status } = spawnSync(process.execPath, ['src/try.ts'], {
      cwd: FOLDER,
      encoding: 'utf8',
      env: { ...process.env, SHOP_SECRET: 'a secret of the shop, of 32 bytes or more' },
    })
    expect(status, stderr).toBe(0)
    expect(stdout.trimEnd()).toBe(FENCES.find(({ info }) => info === 'output')?.body)
  })

  it('an app that does not ask who is calling compiles no more', () => {
    const path = join(FOLDER, 'src/app.ts')
    const source = readFileSync(path, 'utf8')
    try {
      writeFileSync(path, source.replace("['api', 'mcp', 'cli']", "['api']"))
      // The handler of the tool reads `call.auth.subject`, and on MCP nobody was asked.
      expect(compile()).toMatch(/src\/orders\.ts.*'call\.auth' is possibly 'null'/)
    } finally {
      writeFileSync(path, source)
    }
  }, 60_000)
})
