// DESIGN §1: the compile-time promises hold with every supported TypeScript.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url))

describe('type tests', () => {
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
