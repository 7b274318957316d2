// A disk that is full, and one that has become read-only: a small file system of its own, where one can be mounted.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testClient } from 'trefoil/testing'
import { expect, onTestFinished, test } from 'vitest'
import { adding, NOTES, notesApp } from '../database/notes-app.ts'

function mount(...args: string[]): boolean {
  try {
    execFileSync('mount', args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

const path = mkdtempSync(join(tmpdir(), 'trefoil-disk-'))
const canMount = mount('-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path)

test.skipIf(!canMount)(
  'STO-4: a full disk and one that is read-only: refused, reads go on, and afterwards it works again',
  async () => {
    onTestFinished(() => {
      execFileSync('umount', ['-l', path])
      rmSync(path, { recursive: true, force: true })
    })
    const file = join(path, 'app.db')
    const notes = notesApp({ url: file })
    adding(notes, '/add')
    notes.app.get('/count', { params: { db: notes.data.read } }, async ({ db }) => {
      return (await db.selectFrom('notes').selectAll().execute()).length
    })
    const client = testClient(notes.app)
    expect((await client.http.post('/add')).status).toBe(200)
    const filler = join(path, 'filler')
    for (let size = 1_048_576; size > 0; size -= 4096) {
      try {
        writeFileSync(filler, Buffer.alloc(size))
        break
      } catch {
        rmSync(filler, { force: true })
      }
    }
    let kept = 1
    let refused = 0
    for (let at = 0; at < 40; at++) {
      const { status } = await client.http.post('/add')
      if (status === 200) kept++
      else refused++
    }
    expect(refused).toBeGreaterThan(0)
    expect((await client.http.get('/count')).json()).toBe(kept)
    rmSync(filler)
    expect((await client.http.post('/add')).status).toBe(200)
    expect((await client.http.get('/count')).json()).toBe(kept + 1)
    expect(statSync(file).size).toBeGreaterThan(0)
    await client[Symbol.asyncDispose]()

    if (!mount('-o', 'remount,ro', path)) return
    const blocked = notesApp({ url: file })
    await expect(blocked.app.startup()).rejects.toThrow(/app\.db/)
    mount('-o', 'remount,rw', path)
    const again = notesApp({ url: file, migrations: [NOTES] })
    await again.app.startup()
    expect(await again.texts()).toHaveLength(kept + 1)
    await again.app.shutdown()
  },
)
