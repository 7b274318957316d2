import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadApiKey, loadSecret } from '../src/secret.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const LOAD = `
  const { loadSecret } = await import(process.argv[1])
  console.log(loadSecret('', process.argv[2]))
`

describe('loadSecret (STORE-SECRET)', () => {
  it('prefers STORE_SECRET and then writes nothing', () => {
    const directory = temporaryDirectory()
    expect(loadSecret('x'.repeat(32), directory)).toBe('x'.repeat(32))
    expect(readdirSync(directory)).toEqual([])
  })

  it('is made once, readable by its owner only', () => {
    const directory = join(temporaryDirectory(), '.data')
    const secret = loadSecret('', directory)
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(loadSecret('', directory)).toBe(secret)
    expect(statSync(join(directory, 'secret')).mode & 0o777).toBe(0o600)
    expect(statSync(directory).mode & 0o777).toBe(0o700)
    expect(readdirSync(directory)).toEqual(['secret'])
  })

  it('is not the API key, which is kept beside it in the same way (KEY-1)', () => {
    const directory = join(temporaryDirectory(), '.data')
    const key = loadApiKey('', directory)
    expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(loadSecret('', directory)).not.toBe(key)
    expect(loadApiKey('', directory)).toBe(key)
    expect(statSync(join(directory, 'api-key')).mode & 0o777).toBe(0o600)
    expect(() => loadApiKey('short', directory)).toThrow(/STORE_API_KEY must be at least 32 bytes/)
  })

  it('differs from store to store', () => {
    expect(loadSecret('', temporaryDirectory())).not.toBe(loadSecret('', temporaryDirectory()))
  })

  it('refuses a key that can be guessed', () => {
    expect(() => loadSecret('x'.repeat(31), temporaryDirectory())).toThrow(/at least 32 bytes/)
    const directory = temporaryDirectory()
    writeFileSync(join(directory, 'secret'), 'short', { mode: 0o600 })
    expect(() => loadSecret('', directory)).toThrow(/at least 32 bytes/)
  })

  it('refuses a file that other users can read', () => {
    const directory = temporaryDirectory()
    loadSecret('', directory)
    chmodSync(join(directory, 'secret'), 0o644)
    expect(() => loadSecret('', directory)).toThrow(/chmod 600/)
  })

  it('is one secret for processes that start at once', async () => {
    const directory = temporaryDirectory()
    const source = join(import.meta.dirname, '../src/secret.ts')
    const runs = Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, ['--input-type=module', '-e', LOAD, source, directory])
      const output: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => output.push(chunk))
      await once(child, 'close')
      return Buffer.concat(output).toString().trim()
    })
    const secrets = new Set(await Promise.all(runs))
    expect([...secrets]).toEqual([loadSecret('', directory)])
    expect(readdirSync(directory)).toEqual(['secret'])
  })
})
