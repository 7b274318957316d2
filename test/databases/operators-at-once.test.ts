// Operators who change one account at the same time, and one who changes it while its owner does.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { CommandResult } from 'trefoil/parts'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import {
  type AccountsApp,
  ADA,
  accountsApp,
  OTHER_PASSWORD,
  PASSWORD,
} from '../accounts/accounts-app.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

vi.setConfig({ testTimeout: 120_000 })

const ROLES = ['admin', 'support', 'editor', 'reader', 'writer', 'auditor']
const databases = [
  [
    'SQLite',
    async () => {
      const path = mkdtempSync(join(tmpdir(), 'trefoil-operators-'))
      onTestFinished(() => rmSync(path, { recursive: true, force: true }))
      return join(path, 'app.db')
    },
  ],
  ['PostgreSQL', createDatabase],
] as const

/** Two processes as far as the database can tell: each has its own connections. */
async function two(url: string): Promise<readonly [AccountsApp, AccountsApp]> {
  const clock = { now: Date.now, elapsed: () => performance.now() }
  const open = async () => {
    const it = await accountsApp({ url, clock, roles: ROLES, mail: { cooldown: '1ms' } })
    onTestFinished(() => it[Symbol.asyncDispose]())
    return it
  }
  return [await open(), await open()]
}

async function command(
  { people }: AccountsApp,
  name: string,
  options: Record<string, string | boolean> = {},
): Promise<CommandResult> {
  const found = people.commands?.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no command ${name}`)
  const { signal } = new AbortController()
  return (await found.run({
    options,
    app: undefined as never,
    signal,
    print() {},
  })) as CommandResult
}

describe.each(databases)('on %s', (name, create) => {
  const on = test.skipIf(name === 'PostgreSQL' && !hasPostgres)

  on('six roles that are given at once are all had', async () => {
    const [one, other] = await two(await create())
    await one.person()
    await Promise.all(
      ROLES.map((role, at) => command(at % 2 === 0 ? one : other, 'grant', { account: ADA, role })),
    )
    const row = await one.account()
    expect(JSON.parse(String(row?.['roles'])).toSorted()).toEqual(ROLES.toSorted())
    expect(Number(row?.['epoch'])).toBe(1 + ROLES.length)
  })

  on(
    'an account that is disabled while its owner changes the password is disabled, and nobody is in',
    async () => {
      const [one, other] = await two(await create())
      await one.person()
      const { token } = await one.signIn()
      const change = { current_password: PASSWORD, password: OTHER_PASSWORD }
      const [changed] = await Promise.all([
        one.post('/change-password', change, { token }),
        command(other, 'disable', { account: ADA }),
      ])
      expect(changed.status).toBeLessThan(500)
      expect((await one.account())?.['disabled_at']).toEqual(expect.anything())
      await new Promise((resolve) => setTimeout(resolve, 1100))
      for (const held of [token, String(changed.body['access_token'] ?? token)]) {
        expect((await one.me(held)).status).toBe(401)
        expect((await other.me(held)).status).toBe(401)
      }
    },
  )

  on('of one that is deleted while roles are given nothing is left', async () => {
    const [one, other] = await two(await create())
    await one.person()
    const done = await Promise.allSettled([
      ...ROLES.map((role) => command(one, 'grant', { account: ADA, role })),
      command(other, 'delete', { account: ADA, yes: true }),
    ])
    const failures = done.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []))
    expect(failures.map(({ code }) => code).filter((code) => code !== 'account_not_found')).toEqual(
      [],
    )
    expect(await one.account()).toBeUndefined()
  })

  on('of eight who make the same account at once one does', async () => {
    const [one, other] = await two(await create())
    const done = await Promise.allSettled(
      Array.from({ length: 8 }, (_, at) =>
        command(at % 2 === 0 ? one : other, 'create', { email: ADA }),
      ),
    )
    const codes = done.map((one) => (one.status === 'rejected' ? one.reason.code : 'made'))
    expect(codes.toSorted()).toEqual([...Array(7).fill('account_exists'), 'made'])
  })
})
