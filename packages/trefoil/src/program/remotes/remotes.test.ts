import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  checkRemoteName,
  loadRemotes,
  type Remotes,
  remotesPath,
  type StoredRemote,
  saveRemotes,
} from './remotes.ts'

let directory: string
let path: string

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trefoil-remotes-'))
  path = join(directory, 'home', 'remotes.json')
})

afterEach(async () => {
  await rm(directory, { recursive: true, force: true })
})

const PROD: StoredRemote = { url: 'https://api.example.com', token: 'secret', headers: {} }
const TEST: StoredRemote = {
  url: 'http://localhost:8000/base',
  token: null,
  headers: { 'x-b': '1', 'x-a': '2' },
}

function remotesOf(entries: Remotes['byName']): Remotes {
  return { byName: entries, unread: new Map(), warnings: [] }
}

async function write(text: string): Promise<void> {
  await mkdir(join(path, '..'), { recursive: true, mode: 0o700 })
  await writeFile(path, text, { mode: 0o600 })
}

describe('CLI-15: the file of remotes', () => {
  test('lies in TREFOIL_HOME, else in ~/.trefoil', () => {
    expect(remotesPath({ env: { TREFOIL_HOME: '/x' }, home: '/h' })).toBe(
      join('/x', 'remotes.json'),
    )
    expect(remotesPath({ env: { TREFOIL_HOME: '' }, home: '/h' })).toBe(
      join('/h', '.trefoil', 'remotes.json'),
    )
  })

  test('is indented by two, sorted, ends with a newline and reads back', async () => {
    const remotes = remotesOf(
      new Map([
        ['test', TEST],
        ['prod', PROD],
      ]),
    )
    await saveRemotes(path, remotes)
    expect(await readFile(path, 'utf8')).toBe(`{
  "remotes": {
    "prod": {
      "token": "secret",
      "url": "https://api.example.com"
    },
    "test": {
      "headers": {
        "x-a": "2",
        "x-b": "1"
      },
      "token": null,
      "url": "http://localhost:8000/base"
    }
  }
}
`)
    expect(await loadRemotes(path)).toEqual(remotes)
  })

  test.skipIf(process.platform === 'win32')(
    'is for the user alone; of its folder only one that was made here has its rights changed',
    async () => {
      const own = join(directory, 'own')
      await mkdir(own, { mode: 0o755 })
      await saveRemotes(join(own, 'remotes.json'), remotesOf(new Map([['prod', PROD]])))
      expect((await stat(own)).mode & 0o777).toBe(0o755)
      await saveRemotes(path, remotesOf(new Map([['prod', PROD]])))
      expect((await stat(path)).mode & 0o777).toBe(0o600)
      expect((await stat(join(path, '..'))).mode & 0o777).toBe(0o700)
    },
  )

  test('is replaced in one step: a failed save leaves the old one and no rest', async () => {
    await mkdir(path, { recursive: true })
    await writeFile(join(path, 'in-the-way'), '')
    await expect(saveRemotes(path, remotesOf(new Map([['prod', PROD]])))).rejects.toThrow()
    expect(await readdir(join(path, '..'))).toEqual(['remotes.json'])
  })

  test('a missing one is empty', async () => {
    expect((await loadRemotes(path)).byName.size).toBe(0)
  })

  test.each(['', '[]', '{"remotes":[]}', '{"remotes":', '{}'])('%j is refused', async (text) => {
    await write(text)
    await expect(loadRemotes(path)).rejects.toMatchObject({ code: 'cli_usage' })
  })

  test('one that cannot be read is refused', async () => {
    await mkdir(path, { recursive: true })
    await expect(loadRemotes(path)).rejects.toThrow(/Could not read/)
  })
})

describe('W-25: entries that cannot be used', () => {
  test('are skipped with a warning, the rest works, and saving keeps them', async () => {
    const bad = {
      'bad name': PROD,
      a: { url: 'http://api.example.com', token: 'secret-a' },
      b: { url: 5 },
      c: null,
      d: { url: 'https://x.test', token: 7 },
      e: { url: 'https://x.test', headers: ['secret-e'] },
    }
    await write(JSON.stringify({ remotes: { ...bad, prod: { ...PROD, extra: 1 } } }))
    const remotes = await loadRemotes(path)
    expect([...remotes.byName]).toEqual([['prod', PROD]])
    expect(remotes.warnings).toHaveLength(6)
    expect(remotes.warnings.join('\n')).toMatch(/"a".*HTTPS/)
    expect(remotes.warnings.join('\n')).not.toContain('secret')
    await saveRemotes(path, remotes)
    const saved = JSON.parse(await readFile(path, 'utf8')) as { remotes: object }
    expect(saved.remotes).toEqual({ ...bad, prod: { url: PROD.url, token: PROD.token } })
  })

  test('names that reach prototypes are names like any other', async () => {
    await write(
      '{"remotes":{"__proto__":{"url":"https://x.test"},"constructor":{"url":"https://y.test"}}}',
    )
    const remotes = await loadRemotes(path)
    expect([...remotes.byName.keys()]).toEqual(['__proto__', 'constructor'])
    await saveRemotes(path, remotes)
    expect([...(await loadRemotes(path)).byName.keys()]).toEqual(['__proto__', 'constructor'])
  })
})

test('CLI-16: names', () => {
  expect(checkRemoteName('Prod-1_eu')).toBe('Prod-1_eu')
  for (const name of ['', 'a b', 'a/b', '../x', 'a.b', 'é', 'x'.repeat(65)]) {
    expect(() => checkRemoteName(name)).toThrow(/Remote names may contain only/)
  }
})
