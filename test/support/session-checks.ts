import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { systemClock } from '../../packages/trefoil/src/parts.ts'
import { openSessions, type Pair } from '../accounts/open-sessions.ts'
import { bundledScript } from './bundled-script.ts'
import { inProcesses } from './several-processes.ts'

const SCRIPT = join(import.meta.dirname, 'sessions.process.ts')

/**
 * What processes that share a database do with one refresh token.
 *
 * @param newUrl of a database that nobody has used
 */
export function sessionProcessChecks(newUrl: () => string | Promise<string>): void {
  test('SES-3, SW-15: two processes renew one token a thousand times: one successor, one answer', async () => {
    const url = await newUrl()
    const opened = await openSessions({ url, clock: systemClock as never })
    const first = await opened.signIn(await opened.addAccount())
    const said = await inProcesses(2, await bundledScript(SCRIPT), [
      url,
      first.refresh_token,
      '500',
    ])
    const answers = said.flat() as readonly (readonly [string, number])[]
    expect(answers.map(([, count]) => count)).toEqual([500, 500])
    expect(answers[0]?.[0]).toBe(answers[1]?.[0])
    expect(answers[0]?.[0].slice(0, 4)).toBe('200 ')
    const pair = JSON.parse(answers[0]?.[0].slice(4) ?? '{}') as Pair
    expect(await opened.status(pair.access_token)).toBe(200)
    const state = opened.data.state
    const [rows] = await state.run('select count(*) as n from trefoil_refresh_families')
    const [used] = await state.run('select count(*) as n from trefoil_refresh_families_used')
    expect([Number(rows?.['n']), Number(used?.['n'])]).toEqual([1, 1])
    const next = await opened.renewed(pair.refresh_token)
    expect(await opened.status(next.access_token)).toBe(200)
  })

  test('SES-8: what one process ends is over in another within a second, in whatever way it ends', async () => {
    const url = await newUrl()
    const opened = await openSessions({ url, clock: systemClock as never })
    const { addAccount, signIn, sessions, change, remove } = opened
    const ids = [await addAccount(), await addAccount(), await addAccount(), await addAccount()]
    const [one, all, roles, gone] = ids as [string, string, string, string]
    const tokens: string[] = []
    for (const id of ids) tokens.push((await signIn(id)).access_token)
    const folder = mkdtempSync(join(tmpdir(), 'trefoil-watch-'))
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
    const begun = join(folder, 'begun')
    const script = await bundledScript(join(import.meta.dirname, 'watch-sessions.process.ts'))
    const watching = inProcesses(1, script, [url, begun, ...tokens])
    await vi.waitFor(() => expect(existsSync(begun)).toBe(true), { timeout: 120_000 })
    const ended: number[] = []
    const id = (tokens[0] as string).slice(7, 39)
    for (const end of [
      () => sessions.end({ id: one, tenant: null }, id),
      () => sessions.endAll({ id: all, tenant: null }, null),
      () => change(roles, { roles: ['fewer'] }),
      () => remove(gone),
    ]) {
      await end()
      ended.push(Date.now())
    }
    const [[last] = []] = (await watching) as readonly (readonly (readonly number[])[])[]
    expect(last?.length).toBe(4)
    for (const [index, at] of (last ?? []).entries()) {
      expect(at).toBeGreaterThan(0)
      expect(at - (ended[index] as number)).toBeLessThanOrEqual(1000)
    }
  })

  test('SES-4: killed at every statement of a refresh, whoever sends the token again goes on', async () => {
    const url = await newUrl()
    const opened = await openSessions({
      url,
      clock: systemClock as never,
      parts: { grace: 300_000 },
    })
    const id = await opened.addAccount()
    const script = await bundledScript(SCRIPT)
    let killed = 0
    for (let statement = 1; statement < 30; statement++) {
      const first = await opened.signIn(id)
      const args = [url, first.refresh_token, '1', String(statement)]
      const [said = []] = await inProcesses(1, script, args)
      if (said.length === 0) killed++
      const second = await opened.renewed(first.refresh_token)
      const third = await opened.renewed(second.refresh_token)
      expect(await opened.status(third.access_token)).toBe(200)
      // Nobody was taken for a thief.
      expect(opened.notices).toEqual([])
      if (said.length > 0) break
    }
    // Finding, noting, rotating, and the session: there are that many at least.
    expect(killed).toBeGreaterThanOrEqual(6)
    expect(killed).toBeLessThan(29)
  })
}
