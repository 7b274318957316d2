import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { HashingThreads } from './hashing-threads.ts'
import type { HashingWork } from './hashing-work.ts'

const threads = new HashingThreads()
const salt = Buffer.alloc(16, 7)
const work = (password: string, stored: string | null = null): HashingWork => ({
  password,
  stored,
  memory: 19_456,
  passes: 2,
  salt: stored === null ? salt : null,
  pepper: null,
})

/** A file that a thread runs in the place of ours. */
async function threadOf(name: string, code: string): Promise<URL> {
  const file = join(tmpdir(), `trefoil-${process.pid}-${name}.mjs`)
  await writeFile(file, code)
  return pathToFileURL(file)
}

test('PWD-4: a thread hashes as the library does in the process', async () => {
  const inProcess = new HashingThreads(new URL('./no-such-file.mjs', import.meta.url))
  const stored = String(await threads.run(work('correct horse')))
  expect(await inProcess.run(work('correct horse'))).toBe(stored)
  expect(await threads.run(work('correct horse', stored))).toBe(true)
  expect(await inProcess.run(work('wrong horse', stored))).toBe(false)
})

test('what the library cannot compare is an error that names no password, and the thread goes on', async () => {
  const broken = threads.run(work('correct horse', '$argon2id$broken'))
  await expect(broken).rejects.toThrow('A password could not be hashed or compared')
  expect(await threads.run(work('correct horse'))).toMatch(/^\$argon2id\$/)
})

test('a thread that ends while it hashes: the password is hashed all the same, by the process', async () => {
  const file = await threadOf(
    'ends',
    "import { parentPort } from 'node:worker_threads'; parentPort.on('message', () => process.exit(3))",
  )
  const threads = new HashingThreads(file)
  const all = await Promise.all(['a', 'b'].map((password) => threads.run(work(password))))
  for (const phc of all) expect(phc).toMatch(/^\$argon2id\$/)
})

test('a thread that throws is no error of the process; after three no other is started', async () => {
  const file = await threadOf('throws', "throw new Error('no such library')")
  const threads = new HashingThreads(file)
  for (let index = 0; index < 5; index++) {
    expect(await threads.run(work('a'))).toMatch(/^\$argon2id\$/)
  }
})

test('a thread that ends between two hashes is replaced', async () => {
  const file = await threadOf(
    'between',
    `import { parentPort } from 'node:worker_threads'
parentPort.on('message', () => { parentPort.postMessage({ result: 'by a thread' }); setImmediate(() => process.exit(0)) })`,
  )
  const threads = new HashingThreads(file)
  for (let index = 0; index < 3; index++) {
    expect(await threads.run(work('a'))).toMatch(/^(?:by a thread|\$argon2id\$.*)$/)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
})
