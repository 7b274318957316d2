// DESIGN §1: the compile-time promises hold with every supported TypeScript.
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url))

describe('type tests', () => {
  test('import every door of the package', () => {
    const at = (path: string) => readFileSync(new URL(path, import.meta.url), 'utf8')
    const manifest = JSON.parse(at('../../packages/trefoil/package.json'))
    const doors = Object.keys(manifest.exports)
      .filter((door) => door !== './package.json')
      .map((door) => door.replace('.', 'trefoil'))
    const text = at('doors.test-d.ts')
    expect(doors.length).toBeGreaterThan(0)
    expect(doors.filter((door) => !text.includes(`from '${door}'`))).toEqual([])
  })

  test.each(['5.9', '6.0', '7.0'])(
    'compile with TypeScript %s',
    { timeout: 120_000 },
    (version) => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, version], {
        encoding: 'utf8',
      })
      expect(`${stdout}${stderr}`).toMatch(
        new RegExp(`^TypeScript ${version} exact: ok .*\nTypeScript ${version} strict: ok .*\n$`),
      )
      expect(status).toBe(0)
    },
  )
})
