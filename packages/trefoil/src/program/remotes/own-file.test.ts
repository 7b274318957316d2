import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readOwnFile } from './own-file.ts'
import { saveRemotes } from './remotes.ts'

let home: string
let path: string

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'trefoil-own-'))
  path = join(home, 'remotes.json')
  await writeFile(path, '{"remotes":{}}', { mode: 0o600 })
})
afterEach(async () => {
  await rm(home, { recursive: true, force: true })
})

const save = () => saveRemotes(path, { byName: new Map(), unread: new Map(), warnings: [] })
const refused = (detail: string, fix: string) => ({
  code: 'cli_usage',
  detail: expect.stringContaining(detail),
  fix: expect.stringContaining(fix),
})

describe.skipIf(process.platform === 'win32')('FND-48: a file that others can write', () => {
  test.each([0o620, 0o602, 0o666])(
    'is refused (%o), and the words say what to do',
    async (mode) => {
      await chmod(path, mode)
      await expect(readOwnFile(path)).rejects.toMatchObject(
        refused(`${path} can be written by others`, `chmod go-w ${path}`),
      )
    },
  )

  test.each([0o770, 0o703, 0o777, 0o1777])(
    'as is its folder (%o), to read and to write',
    async (mode) => {
      await chmod(home, mode)
      const words = refused(`${home} can be written by others`, `chmod go-w ${home}`)
      await expect(readOwnFile(path)).rejects.toMatchObject(words)
      await expect(save()).rejects.toMatchObject(words)
      expect((await stat(home)).mode & 0o7777).toBe(mode)
    },
  )

  test.skipIf(process.getuid?.() !== 0)('as is one of another user', async () => {
    await chown(path, 12_345, 12_345)
    await expect(readOwnFile(path)).rejects.toMatchObject(
      refused('belongs to another user', 'chown'),
    )
  })

  test('is reported when others can read it, and its folder lets them in', async () => {
    await chmod(path, 0o644)
    expect(await readOwnFile(path)).toMatchObject({ isShown: false })
    await chmod(home, 0o755)
    expect(await readOwnFile(path)).toMatchObject({ isShown: true })
    await chmod(path, 0o600)
    expect(await readOwnFile(path)).toMatchObject({ isShown: false })
  })
})

describe.skipIf(process.platform === 'win32')('FND-48: a link', () => {
  let target: string

  beforeEach(async () => {
    const elsewhere = join(home, 'dotfiles')
    await mkdir(elsewhere, { mode: 0o700 })
    target = join(elsewhere, 'remotes.json')
    await rm(path)
    await writeFile(target, '{"remotes":{}}', { mode: 0o600 })
    await symlink(target, path)
  })

  test('is followed, and stays one when what it leads to is replaced', async () => {
    expect(await readOwnFile(path)).toMatchObject({ text: '{"remotes":{}}' })
    await save()
    expect(await readFile(target, 'utf8')).toBe('{\n  "remotes": {}\n}\n')
  })

  test('is refused when others can write where it leads to', async () => {
    await chmod(join(target, '..'), 0o777)
    await expect(readOwnFile(path)).rejects.toMatchObject(refused('can be written by others', ''))
    await expect(save()).rejects.toMatchObject(refused('can be written by others', ''))
  })

  test('that leads nowhere is no missing file', async () => {
    await rm(target)
    await expect(readOwnFile(path)).rejects.toMatchObject(refused('is a link to a file', 'link'))
  })

  test('to a pipe is not waited for', async () => {
    await rm(path)
    await symlink('/dev/null', path)
    await expect(readOwnFile(path)).rejects.toMatchObject({ code: 'cli_usage' })
  })
})

test('FND-48: what cannot be written is told', async () => {
  await rm(path)
  await mkdir(path)
  await writeFile(join(path, 'in-the-way'), '')
  await expect(save()).rejects.toMatchObject(refused('Could not write', 'TREFOIL_HOME'))
})
