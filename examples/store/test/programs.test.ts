import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { APPROVAL_MS, Approvals } from '../src/approval.ts'
import { storeDatabase } from '../src/database.ts'
import { unsupportedNode } from '../src/supported-node.ts'
import { openStore } from './open-store.ts'
import { runProgram, STORE } from './run-program.ts'

const STORE_SECRET = 'the secret of a store that only tests use'
const HASH = `sha256:${'0'.repeat(64)}`

async function run(
  source: string,
  args: readonly string[],
  secret = STORE_SECRET,
  env: Readonly<Record<string, string>> = {},
) {
  const file = join(STORE, 'src', source)
  return runProgram(process.execPath, [file, ...args], { env: { STORE_SECRET: secret, ...env } })
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
      expect(stderr).toBe('Usage: npm run token -- viewer|operator|admin|customer|agent\n')
    },
  )

  it('says in two lines what is wrong with the secret', async () => {
    const { code, stdout, stderr } = await run('token.ts', ['viewer'], 'short')
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toBe(
      'One setting is wrong:\n  STORE_SECRET is refused: a secret here has at least 32 bytes; make one with: openssl rand -base64 48\n',
    )
  })
})

describe('npm run approve (STORE-APPROVE)', () => {
  const directory = mkdtempSync(join(tmpdir(), 'trefoil-approve-'))
  const url = join(directory, 'store.db')
  const OTHERS = `sha256:${'1'.repeat(64)}`
  const approve = (...args: string[]) =>
    run('approve.ts', args, STORE_SECRET, { TREFOIL_DATABASE_URL: url })
  const inDatabase = async <T>(use: (approvals: Approvals) => Promise<T>): Promise<T> => {
    const store = await openStore(storeDatabase({ url, migrate: 'start' }))
    try {
      return await use(new Approvals(store.data))
    } finally {
      await store.close()
    }
  }
  beforeAll(() =>
    inDatabase(async (approvals) => {
      const args = JSON.stringify({ order_id: 'ord_1', note: 'ok\u001b[8m\u202e' })
      const call = { hash: HASH, action: 'update_order_status', args, askedAt: Date.now() }
      await approvals.ask({ ...call, subject: 'user_operator' })
      for (const subject of ['user_a', 'user_b']) {
        await approvals.ask({ ...call, hash: OTHERS, subject })
      }
    }),
  )
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  it('shows the call, and prints a token of it and nothing else', async () => {
    const { code, stdout, stderr } = await approve(HASH, '--yes')
    expect(code).toBe(0)
    expect(stderr).toContain('user_operator asks for update_order_status (')
    expect(stderr).toContain('\n  order_id = "ord_1"\n  note = "ok\\u001b[8m\\u{202e}"\n')
    const redeemed = await inDatabase(async (approvals) => [
      await approvals.redeem(
        stdout.trim(),
        HASH,
        'user_operator',
        Date.now() + APPROVAL_MS - 60_000,
      ),
      await approvals.redeem(stdout.trim(), HASH, 'user_operator', Date.now()),
    ])
    expect(redeemed).toEqual([true, false])
  })

  it('approves nothing without a terminal to ask on', async () => {
    const { code, stdout, stderr } = await approve(HASH)
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('order_id = "ord_1"')
    expect(stderr).toContain('give --yes')
  })

  it('asks whom it means when several asked for one call, and knows no other calls', async () => {
    const several = await approve(OTHERS, '--yes')
    expect({ code: several.code, stdout: several.stdout }).toEqual({ code: 1, stdout: '' })
    expect(several.stderr).toContain('user_a, user_b. Say whom you mean with --subject')
    expect((await approve(OTHERS, '--yes', '--subject', 'user_b')).code).toBe(0)
    const unknown = await approve(`sha256:${'2'.repeat(64)}`, '--yes')
    expect({ code: unknown.code, stdout: unknown.stdout }).toEqual({ code: 1, stdout: '' })
    expect(unknown.stderr).toContain('Nobody has asked for this call')
  })

  it.each([[[]], [['sha256:12']], [[HASH, HASH]], [[HASH, '--no']]])(
    'explains itself for %j',
    async (args) => {
      const { code, stdout } = await approve(...args)
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    },
  )
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
