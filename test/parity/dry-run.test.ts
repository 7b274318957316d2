import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { argumentsHash } from '../../packages/trefoil/src/index.ts'
import { type Driver, members } from './driver.ts'
import { type Fixture, startFixture } from './fixture.ts'
import { approvalFor } from './fixture-app.ts'
import { CALLERS } from './tokens.ts'

let fixture: Fixture
let agents: readonly Driver[]

beforeAll(async () => {
  fixture = await startFixture()
  // HTTP has no dry run: RPC-7 and W-12 give it to the agent surfaces.
  agents = fixture.drivers.filter(({ source }) => source !== 'api')
})

afterAll(() => fixture.close())

const ARGS = { order_id: 'a/b ☃', amount: 0.5, lines: [{ count: 2, sku: 'z' }] }
const BOUND = { ...ARGS, reason: 'none' }

async function dryRun(driver: Driver, action: string, args: object, approval?: string) {
  const spec = { action, args: { ...args }, token: CALLERS.writer, approval, dryRun: true }
  return driver.call(spec)
}

describe('RPC-7 W-12 dry run', () => {
  it('says what would happen, alike on every agent surface, and does nothing', async () => {
    const { seen } = fixture
    for (const driver of agents) {
      const answer = await dryRun(driver, 'refund', ARGS)
      expect(answer.value, `${driver.name} ${answer.raw}`).toEqual({
        ok: true,
        dry_run: true,
        action: 'refund',
        source: driver.source,
        entrypoint: driver.entrypoint,
        method: 'POST',
        path: '/orders/a%2Fb%20%E2%98%83/refund',
        arguments_hash: argumentsHash('refund', BOUND),
        needs_approval: true,
        approval_required: true,
        approval_token_provided: false,
        subject: 'writer_1',
      })
    }
    expect([seen.opens, seen.args.length, seen.approvals.length]).toEqual([0, 0, 0])
  })

  it('APPR-10 its hash is the one that is asked for, that the hook sees, and that approves', async () => {
    for (const driver of agents) {
      const { value } = await dryRun(driver, 'refund', ARGS)
      const hash = String(members(value)['arguments_hash'])
      const call = { action: 'refund', args: ARGS, token: CALLERS.writer }
      const asked = await driver.call(call)
      expect(asked.problem?.argumentsHash, driver.name).toBe(hash)
      const approved = await driver.call({ ...call, approval: approvalFor(hash) })
      expect(approved.ok, driver.name).toBe(true)
      const shown = fixture.seen.approvals.at(-1)
      expect(shown?.argumentsHash, driver.name).toBe(hash)
      // The hook is shown what the handler gets, and who asks from where.
      expect(shown).toMatchObject({
        args: BOUND,
        source: driver.source,
        entrypoint: driver.entrypoint,
      })
      expect(shown?.args).toEqual(fixture.seen.args.at(-1))
      expect(shown?.auth?.subject).toBe('writer_1')
    }
  })

  it('a token is noticed and not used', async () => {
    const asked = fixture.seen.approvals.length
    for (const driver of agents) {
      const { value } = await dryRun(driver, 'refund', ARGS, 'nonsense')
      expect(value, driver.name).toMatchObject({
        approval_required: false,
        approval_token_provided: true,
      })
    }
    expect(fixture.seen.approvals.length).toBe(asked)
  })

  it('works for actions that need no approval', async () => {
    for (const driver of agents) {
      const { value } = await dryRun(driver, 'get_order', { order_id: 'ord_1' })
      expect(value, driver.name).toMatchObject({
        needs_approval: false,
        approval_required: false,
        arguments_hash: argumentsHash('get_order', { order_id: 'ord_1', include_events: false }),
      })
    }
  })

  it('skips no check: credential, guard, arguments', async () => {
    for (const driver of agents) {
      const base = { action: 'refund', args: ARGS, dryRun: true }
      const codes = [
        await driver.call({ ...base, token: CALLERS.expired }),
        await driver.call({ ...base, token: CALLERS.reader }),
        await driver.call({ ...base, args: { ...ARGS, amount: 'x' }, token: CALLERS.writer }),
        await driver.call({ ...base, action: 'no_such_action', token: CALLERS.writer }),
      ].map(({ problem }) => problem?.code)
      const unknown = driver.source === 'mcp' ? 'mcp_unknown_tool' : 'unknown_action'
      expect(codes, driver.name).toEqual([
        'AUTHENTICATION_ERROR',
        'ACCESS_DENIED',
        'VALIDATION_ERROR',
        unknown,
      ])
    }
  })

  it('an action that crashes is not started', async () => {
    for (const driver of agents) {
      expect((await dryRun(driver, 'crash', {})).ok, driver.name).toBe(true)
    }
  })
})
