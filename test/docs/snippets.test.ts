import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import process from 'node:process'
import { beforeAll, describe, expect, it } from 'vitest'
import { documentsIn, type Fence, fencesOf, ROOT, readDocument } from './markdown.ts'

// Inside the workspace, so that `trefoil` resolves by its name; not under node_modules, where
// Node strips no types.
const DIRECTORY = join(import.meta.dirname, 'dist', 'snippets')

const FENCES = [
  ...documentsIn('.'),
  ...documentsIn('docs'),
  ...documentsIn('docs/guides'),
  readDocument('packages/trefoil/README.md'),
].flatMap(fencesOf)

const BLOCKS = FENCES.filter(({ language }) => language === 'ts')
const CHECKED = BLOCKS.filter(({ info }) => !info.startsWith('ignore'))

const TSCONFIG = {
  extends: '../../../../tsconfig.base.json',
  compilerOptions: {
    noEmit: true,
    isolatedDeclarations: false,
    declaration: false,
    noUnusedLocals: false,
    noUnusedParameters: false,
  },
  include: ['*.ts'],
}

function fileOf({ where }: Fence): string {
  return `${where.replaceAll(/[^A-Za-z0-9]+/g, '-')}.ts`
}

/** The setup takes one line, so that line numbers of errors are those of the block plus one. */
function sourceOf({ setup, body }: Fence): string {
  return `${setup.trim().replaceAll(/\s*\n\s*/g, '; ')}\n${body}\n`
}

let errors = ''

beforeAll(() => {
  rmSync(DIRECTORY, { recursive: true, force: true })
  mkdirSync(DIRECTORY, { recursive: true })
  for (const block of CHECKED) writeFileSync(join(DIRECTORY, fileOf(block)), sourceOf(block))
  writeFileSync(join(DIRECTORY, 'tsconfig.json'), JSON.stringify(TSCONFIG))
  const tsc = join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc')
  const { stdout, stderr, status } = spawnSync(process.execPath, [tsc, '-p', DIRECTORY], {
    cwd: DIRECTORY,
    encoding: 'utf8',
  })
  errors = stdout + stderr
  if (status !== 0 && errors === '') errors = `tsc ended with ${status}`
}, 60_000)

describe('TypeScript blocks of the documents', () => {
  it('there are some, and every ignored one says why', () => {
    expect(CHECKED.length).toBeGreaterThan(10)
    const silent = BLOCKS.filter(({ info }) => /^ignore\W*$/.test(info))
    expect(silent.map(({ where }) => where)).toEqual([])
  })

  it.each(CHECKED.map((block) => [block.where, block] as const))('%s type-checks', (_, block) => {
    const own = errors.split('\n').filter((line) => line.startsWith(`${fileOf(block)}(`))
    expect(own).toEqual([])
  })

  it('the compiler has nothing else to say', () => {
    expect(errors).toBe('')
  })

  const runnable = CHECKED.filter(({ info }) => info.split(' ').includes('run'))

  it.each(runnable.map((block) => [block.where, block] as const))('%s runs', (where, block) => {
    const next = FENCES[FENCES.findIndex((fence) => fence.where === where) + 1]
    const { stdout, stderr, status } = spawnSync(process.execPath, [fileOf(block)], {
      cwd: DIRECTORY,
      encoding: 'utf8',
      timeout: 30_000,
    })
    expect(status, stderr).toBe(0)
    // A block marked as output right after it is what it prints.
    if (next?.info === 'output') expect(stdout.trimEnd()).toBe(next.body)
  })
})

describe('JSON blocks of the documents', () => {
  const blocks = FENCES.filter(({ language }) => language === 'json')

  it('there are some', () => {
    expect(blocks).not.toEqual([])
  })

  it.each(blocks.map((block) => [block.where, block] as const))('%s parses', (_, block) => {
    expect(() => JSON.parse(block.body)).not.toThrow()
  })
})
