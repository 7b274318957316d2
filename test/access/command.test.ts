// `trefoil access`, as it is installed: what it prints, what it refuses, and the exit code that a build goes by:
// 0 as agreed, 1 access has changed, 2 the file or the app cannot be used.
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Ended, Program } from '../findings/program.ts'

const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url))
const ESCAPE = '\u001b'

const APP = String.raw`
import { createApp } from 'trefoil'
import { AuthContext, guard, hasRole } from 'trefoil/auth'

const authenticate = (_request) => new AuthContext({ subject: 'ada' })
const app = createApp({
  name: 'small\u001b[31m',
  agentWrites: 'allow',
  auth: [{ name: 'own', authenticate, surfaces: ['api', 'mcp', 'cli'] }],
  log: { level: 'error' },
})
const odd = guard({ name: 'Odd\u001b[2J\u202e\nGuard', check: () => false })
app.delete('/a', { name: 'wipe', description: 'Wipe.', guards: [hasRole('admin')] }, () => 1)
app.post('/b', { name: 'odd', description: 'Odd.', tool: true, guards: [odd] }, () => 1)
export default app
`

let directory = ''
let agreed = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trefoil-command-'))
  await symlink(MODULES, join(directory, 'node_modules'))
  await writeFile(join(directory, 'app.mjs'), APP)
  await mkdir(join(directory, 'folder'))
  expect((await access('--check', 'agreed.json', '--update')).code).toBe(0)
  agreed = await readFile(join(directory, 'agreed.json'), 'utf8')
})
afterAll(() => rm(directory, { recursive: true }))

function access(...args: readonly string[]): Promise<Ended> {
  return new Program(['access', '--app', './app.mjs', ...args], { cwd: directory }).ended
}

/** Checks the agreed file, as somebody has edited it. */
async function checkEdited(edit: (document: Edited) => void, ...more: readonly string[]) {
  const document: Edited = JSON.parse(agreed)
  edit(document)
  await writeFile(join(directory, 'edited.json'), JSON.stringify(document))
  return access('--check', 'edited.json', ...more)
}

interface Edited {
  principals: Record<string, unknown>
  actions: Record<string, Record<string, Record<string, unknown>>>
  differences: unknown
}

describe('trefoil access', () => {
  test('prints who may call what, and nothing that a terminal obeys', async () => {
    const { code, out, err } = await access()
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('403 HasRole, hidden  person, person without scopes')
    expect(out).toContain(String.raw`403 Odd\u001b[2J\u202e\u000aGuard, hidden`)
    expect(out).not.toMatch(/[\u001b\u202e]/)
    expect(Math.max(...out.split('\n').map((line) => line.length))).toBeLessThanOrEqual(78)
  })

  test('--json is one document, the same as the file', async () => {
    const { code, out } = await access('--json')
    expect(code).toBe(0)
    expect(out.trim().split('\n')).toHaveLength(1)
    expect(out).not.toContain(ESCAPE)
    expect(JSON.parse(out)).toEqual(JSON.parse(agreed))
  })

  test('--check: 0 as agreed; --update writes the same text again', async () => {
    const { code, out } = await access('--check', 'agreed.json')
    expect({ code, out }).toEqual({ code: 0, out: 'Access is as agreed.json says\n' })
    expect((await access('--check', 'agreed.json', '--update')).code).toBe(0)
    expect(await readFile(join(directory, 'agreed.json'), 'utf8')).toBe(agreed)
  })

  test('--check: 1 for a change, on standard error, or as a document', async () => {
    const edit = ({ actions }: Edited) => {
      actions['wipe'] = { api: { [`allowed${ESCAPE}[2J`]: ['agent'] } }
    }
    const line = String.raw`wipe on api for agent: was allowed\u001b[2J, is 403 HasRole, hidden`
    const people = await checkEdited(edit)
    expect({ code: people.code, out: people.out }).toEqual({ code: 1, out: '' })
    expect(people.err).toContain(line)
    expect(people.err).not.toContain(ESCAPE)
    const programs = await checkEdited(edit, '--json')
    expect(programs.code).toBe(1)
    expect(JSON.parse(programs.out)).toMatchObject({ ok: false, written: false })
  })

  test.each<[string, (document: Edited) => void, string]>([
    [
      'a caller who fares in two ways',
      ({ actions }) => {
        const api = actions['wipe']?.['api'] ?? {}
        actions['wipe'] = { api: { allowed: ['agent'], ...api } }
      },
      'wipe on api for agent: was allowed; and also 403 HasRole, hidden',
    ],
    [
      'differences that are none',
      (document) => {
        document.differences = ['nothing to see']
      },
      'differences: not those of the rest of the file',
    ],
  ])('--check: 1 for %s, which nobody agreed to', async (_what, edit, line) => {
    const { code, err } = await checkEdited(edit)
    expect({ code, err }).toEqual({ code: 1, err: expect.stringContaining(line) })
  })

  test.each<[string, unknown, string]>([
    ['no subject', { subject: '' }, "'x': AuthContext subject must be non-empty text"],
    ['a kind that is none', { subject: 'a', kind: 'king' }, "'x': AuthContext kind must be"],
    ['roles that are no list', { subject: 'a', roles: 'admin' }, "'x': "],
    ['an actor that is none', { subject: 'a', actor: 5 }, "'x': "],
    ['nobody', null, "'x': as takes an AuthContext"],
    ['a token', 'token', "principal 'x' with a token"],
  ])('--check: 2 for a principal with %s, who is named', async (_what, as, line) => {
    const { code, err } = await checkEdited(({ principals }) => {
      principals['x'] = as
    })
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(line) })
  })

  test.each([
    ['folder', 'folder cannot be read: EISDIR'],
    ['folder/none.json', '`trefoil access --check folder/none.json --update`'],
    ['app.mjs', 'app.mjs is no JSON'],
  ])('--check %s: 2', async (file, line) => {
    const { code, err } = await access('--check', file)
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(line) })
  })

  test.each([
    ['app.mjs', 'app.mjs is no JSON'],
    ['none/a.json', 'none/a.json cannot be written: ENOENT'],
  ])('--update writes over no file but its own: %s', async (file, line) => {
    const { code, err } = await access('--check', file, '--update')
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(line) })
    expect(await readFile(join(directory, 'app.mjs'), 'utf8')).toBe(APP)
  })

  test.each([[['--update']], [['--check', ' ']], [['more']]])('usage: %j is 2', async (args) => {
    const { code, out, err } = await access(...args)
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^error: /)
  })
})
