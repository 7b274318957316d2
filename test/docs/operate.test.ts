// What docs/operate.md says of times, sizes and files, held to the code. Its nginx is tried for real in
// test/attacks/behind-nginx.test.ts.
import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, defineSettings, secret } from 'trefoil'
import { health } from 'trefoil/health'
import { serve } from 'trefoil/node'
import { afterAll, describe, expect, it } from 'vitest'
import { LIMITS } from '../../packages/trefoil/src/app/options/limit-options.ts'
import { parseByteSize } from '../../packages/trefoil/src/base/bytes.ts'
import { parseDuration } from '../../packages/trefoil/src/base/duration.ts'
import { SERVE } from '../../packages/trefoil/src/surfaces/http/node/serve-options.ts'
import { VARIABLE_CATALOGUE } from '../../scripts/variable-tables.mjs'
import { fencesOf, ROOT, readDocument } from './markdown.ts'

const page = readDocument('docs/operate.md')
const block = (language: string) =>
  String(fencesOf(page).find((fence) => fence.language === language)?.body)
const unit = block('ini')
const nginx = block('nginx')
const container = block('dockerfile')
const seconds = (text: unknown) => Number(parseDuration(text)) / 1000
const FOLDER = mkdtempSync(join(tmpdir(), 'operate-'))
afterAll(() => rmSync(FOLDER, { recursive: true }))

describe('docs/operate.md', () => {
  it('gives more time to stop than stopping can take', () => {
    const { drainTimeout, shutdownTimeout } = SERVE.rows
    const most =
      seconds(drainTimeout.default) +
      seconds(shutdownTimeout.default) +
      seconds(LIMITS.rows.close.default) +
      1
    expect(most).toBe(31)
    for (const given of [/TimeoutStopSec=(\d+)/, /--time (\d+)/]) {
      expect(Number(given.exec(page.text)?.[1])).toBeGreaterThan(most)
    }
  })

  it('nginx gives up connections before the app, and takes bodies as large', () => {
    const idle = Number(/keepalive_timeout (\d+)s/.exec(nginx)?.[1])
    expect(idle).toBeLessThan(seconds(SERVE.rows.keepAliveTimeout.default))
    const size = `${/client_max_body_size (\d+m)/.exec(nginx)?.[1]}b`
    expect(parseByteSize(size)).toBe(parseByteSize(LIMITS.rows.body.default))
  })

  it('names variables that there are', () => {
    const known: unknown[] = VARIABLE_CATALOGUE.flatMap(({ rows }) => rows.map(({ name }) => name))
    const named = [...page.text.matchAll(/\bTREFOIL_[A-Z_]+/g)].map(([name]) => name)
    expect(named.length).toBeGreaterThan(4)
    expect(named.filter((name) => !known.includes(name))).toEqual([])
  })

  it('its program is where it says', () => {
    const bin: unknown = JSON.parse(readDocument('packages/trefoil/package.json').text).bin.trefoil
    expect(bin).toBe('./bin/trefoil.js')
    expect(unit).toContain('node_modules/trefoil/bin/trefoil.js run --app')
    expect(container).toContain('"node_modules/trefoil/bin/trefoil.js", "run", "--app"')
    const { stdout } = spawnSync(
      process.execPath,
      [join(ROOT, 'packages/trefoil/bin/trefoil.js'), 'run', '--help'],
      {
        encoding: 'utf8',
      },
    )
    expect(stdout).toContain('--app')
  })

  it('the unit is one that systemd understands, where there is systemd', () => {
    if (spawnSync('systemd-analyze', ['--version']).status !== 0) return
    const file = join(FOLDER, 'hr@8001.service')
    writeFileSync(file, unit.replace('/usr/bin/node', process.execPath).replace('/srv/hr', FOLDER))
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', file], {
      encoding: 'utf8',
    })
    expect(`${stderr}`.split('\n').filter((line) => line.includes('hr@8001'))).toEqual([])
    expect(status).toBe(0)
  })

  it('P-SET-1: a credential of systemd is read by secret()', () => {
    const credential = join(FOLDER, 'jwt')
    // As systemd leaves it: for the service alone, read-only.
    writeFileSync(credential, `${'k'.repeat(40)}\n`, { mode: 0o400 })
    const [, name, file] = /Environment=(HR_\w+)=(%d\/jwt)/.exec(unit) ?? []
    const env = { [String(name)]: String(file).replace('%d', FOLDER) }
    const { jwtSecret } = defineSettings({ jwtSecret: secret() }, { envPrefix: 'HR_', env })
    expect(jwtSecret.reveal()).toBe('k'.repeat(40))
  })

  it('the health check of the container is answered by the hosts it names', async () => {
    const [, hosts = ''] = /TREFOIL_EDGE_HOSTS=(\S+)/.exec(container) ?? []
    const [, code = ''] = /"-e", "(.*)"\]/.exec(container) ?? []
    const app = createApp({
      env: { TREFOIL_EDGE_HOSTS: hosts },
      log: { level: 'silent' },
      parts: [health()],
    })
    const server = await serve(app, { port: 0, signals: false })
    const check = (url: string) =>
      new Promise<number | null>((resolve) => {
        void import('node:child_process').then(({ spawn }) =>
          spawn(process.execPath, ['-e', code.replace('http://127.0.0.1:8000', url)], {
            stdio: 'ignore',
          }).on('exit', resolve),
        )
      })
    expect(await check(server.url)).toBe(0)
    await server.close()
    expect(await check(server.url)).not.toBe(0)
  })

  it('the list of variables that are set, as it says', () => {
    const program = join(ROOT, 'packages/trefoil/bin/trefoil.js')
    const env = { PATH: String(process.env['PATH']), TREFOIL_TOKEN: 'hunter2', TREFOIL_PORT: '1' }
    const run = (...words: readonly string[]) =>
      execFileSync(process.execPath, [program, 'variables', ...words], {
        cwd: FOLDER,
        env,
        encoding: 'utf8',
      })
    const shown = run('--set')
    expect(shown.match(/TREFOIL_\w+ +set/g)).toHaveLength(2)
    expect(shown).not.toContain('hunter2')
    const { variables } = JSON.parse(run('--json'))
    const set = variables.filter((one: { set: boolean }) => one.set)
    expect(set.map(({ name }: { name: string }) => name)).toEqual(['TREFOIL_PORT', 'TREFOIL_TOKEN'])
  })
})
