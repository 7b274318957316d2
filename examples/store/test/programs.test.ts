import { join } from 'node:path'
import { decodeJwt, jwtVerify } from 'jose'
import { describe, expect, it } from 'vitest'
import { approves } from '../src/approval.ts'
import { unsupportedNode } from '../src/supported-node.ts'
import { runProgram, STORE } from './run-program.ts'

const STORE_SECRET = 'the secret of a store that only tests use'
const HASH = `sha256:${'0'.repeat(64)}`

async function run(source: string, args: readonly string[], secret = STORE_SECRET) {
  const file = join(STORE, 'src', source)
  return runProgram(process.execPath, [file, ...args], { env: { STORE_SECRET: secret } })
}

describe('npm run token (STORE-TOKEN)', () => {
  it.each([
    ['viewer', 'orders:read', []],
    ['operator', 'orders:read orders:write', []],
    ['admin', 'orders:read orders:write', ['admin']],
  ])('prints the token of %s and nothing else', async (person, scope, roles) => {
    const { code, stdout, stderr } = await run('token.ts', [person])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    const token = stdout.trim()
    await jwtVerify(token, new TextEncoder().encode(STORE_SECRET), { algorithms: ['HS256'] })
    expect(decodeJwt(token)).toMatchObject({ sub: `user_${person}`, scope, roles })
  })

  it('prints the token of an agent that acts for the operator', async () => {
    const { stdout } = await run('token.ts', ['agent'])
    expect(decodeJwt(stdout.trim())).toMatchObject({
      sub: 'user_operator',
      act: { sub: 'agent_helper' },
    })
  })

  it.each([[[]], [['root']], [['__proto__']], [['viewer', 'admin']]])(
    'explains itself when called with %j',
    async (args) => {
      const { code, stdout, stderr } = await run('token.ts', args)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
      expect(stderr).toBe('Usage: npm run token -- viewer|operator|admin|agent\n')
    },
  )

  it('says in one line what is wrong with the secret', async () => {
    const { code, stdout, stderr } = await run('token.ts', ['viewer'], 'short')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe('STORE_SECRET must be at least 32 bytes long\n')
  })
})

describe('npm run approve (STORE-APPROVE)', () => {
  it('prints an approval of the hash and nothing else', async () => {
    const { code, stdout, stderr } = await run('approve.ts', [HASH])
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(approves(stdout.trim(), HASH, STORE_SECRET, Date.now())).toBe(true)
  })

  it.each([[[]], [['sha256:12']], [[HASH, HASH]]])('explains itself for %j', async (args) => {
    const { code, stdout } = await run('approve.ts', args)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
  })
})

describe('starting the store', () => {
  it('needs Node 22.18', () => {
    for (const version of ['22.18.0', '22.19.1', '24.0.0', '26.1.0']) {
      expect(unsupportedNode(version), version).toBeNull()
    }
    for (const version of ['20.20.2', '22.17.9', '18.0.0']) {
      expect(unsupportedNode(version), version).toMatch(/^[^\n]*22\.18[^\n]*$/)
    }
  })
})
