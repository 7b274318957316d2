// FND-55: what a newcomer pastes works as it stands: no variable that only another shell has.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fencesOf, ROOT, readDocument } from './markdown.ts'

const home = mkdtempSync(join(tmpdir(), 'trefoil-readme-'))
// Within the workspace, so that packages resolve by their names.
const folder = join(import.meta.dirname, 'dist', 'readme')
const ENV: NodeJS.ProcessEnv = {
  PATH: `${join(ROOT, 'node_modules', '.bin')}:${process.env['PATH']}`,
  HOME: home,
  PORT: '0',
  TREFOIL_DATABASE_URL: ':memory:',
  STORE_SECRET: 'a secret of the tests, long enough for HS256',
  STORE_AUDIT_KEY: 'an audit key of the tests, 32 bytes or more',
  npm_config_update_notifier: 'false',
}

let store: ChildProcess
let url = ''

beforeAll(async () => {
  store = spawn(process.execPath, [join(ROOT, 'examples', 'store', 'dist', 'main.js')], {
    cwd: ROOT,
    env: ENV,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  url = await new Promise((resolve) => {
    let text = ''
    store.stdout?.on('data', (chunk) => {
      text += String(chunk)
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0]
      if (found !== undefined) resolve(found)
    })
  })
}, 30_000)

afterAll(() => {
  store.kill('SIGTERM')
  rmSync(home, { recursive: true, force: true })
})

it.skipIf(process.platform === 'win32')(
  'the MCP client of the README prints what it says',
  () => {
    const block = fencesOf(readDocument('README.md')).find(({ body }) => body.includes('callTool'))
    const body = block?.body ?? ''
    mkdirSync(folder, { recursive: true })
    const file = join(folder, 'agent.ts')
    writeFileSync(file, body.replaceAll('http://127.0.0.1:8000', url))
    const { stdout, stderr, status } = spawnSync(process.execPath, [file], {
      cwd: ROOT,
      env: ENV,
      encoding: 'utf8',
      timeout: 30_000,
    })
    expect(status, stderr).toBe(0)
    const [, said = ''] = /^\/\/ (\{.*\})$/m.exec(body) ?? []
    const parts = said.split('…').map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'))
    expect(stdout.replaceAll(/\s+/g, ' ').trim()).toMatch(new RegExp(`^${parts.join('.*')}$`))
  },
  60_000,
)
