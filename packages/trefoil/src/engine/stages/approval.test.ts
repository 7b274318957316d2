import { describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import type { ApprovalHook } from '../../contract/call/approval-hook.ts'
import { dependency } from '../../contract/call/dependency.ts'
import { NO_SURFACE } from '../../contract/call/surface-name.ts'
import type { ApprovalCase, ApprovalDecision } from '../../contract/ports/approval-decider.ts'
import { refuse } from '../../contract/problems/problem.ts'
import { argumentsHash } from '../../policy/arguments-hash.ts'
import { hookDecider } from '../../policy/hook-decider.ts'
import { needTable } from '../../policy/need.ts'
import { dryRunReport } from '../../surfaces/agent/dry-run-report.ts'
import {
  type CallOptions,
  field,
  knownAs,
  prepareCall,
  problemOf,
  resultOf,
  startCall,
} from '../call.fixture.ts'

const HASH = argumentsHash('test.action', { id: 7, note: null })

function gated(hook: ApprovalHook, more: CallOptions = {}): CallOptions {
  return {
    surface: 'mcp',
    args: { id: 7 },
    ...more,
    app: { approval: hookDecider(hook) },
    action: {
      approval: { api: false, mcp: true, cli: true },
      params: [field('id', z.int()), field('note', z.string().nullable().default(null))],
      ...more.action,
    },
  }
}

test('APPR-1: only the surfaces that ask for approval do', async () => {
  const hook = vi.fn<ApprovalHook>(() => true)
  expect(await resultOf(gated(hook, { surface: 'api' }))).toBe('done')
  expect(hook).not.toHaveBeenCalled()
  expect(await problemOf(gated(hook, { surface: 'cli' }))).toMatchObject({
    code: 'approval_required',
  })
})

test('APPR-5: the hash covers defaults, and the hook gets the very arguments of the handler', async () => {
  let approved: unknown
  let handled: unknown
  const hook: ApprovalHook = (request) => {
    approved = request.args
    return request.argumentsHash === HASH && request.token === 'tok'
  }
  const handler = (args: unknown) => {
    handled = args
    return 'ran'
  }
  expect(await resultOf(gated(hook, { approvalToken: 'tok', action: { handler } }))).toBe('ran')
  expect(handled).toBe(approved)
})

test('APPR-10: what is required says the hash that would be approved', async () => {
  expect(await problemOf(gated(() => true))).toMatchObject({
    status: 409,
    details: { action: 'test.action', arguments_hash: HASH },
  })
})

test('ABIND-11: wrong arguments are refused before anybody is asked', async () => {
  const hook = vi.fn<ApprovalHook>(() => true)
  const problem = await problemOf(gated(hook, { args: { id: 'x' }, approvalToken: 'tok' }))
  expect(problem).toMatchObject({ code: 'VALIDATION_ERROR' })
  expect(hook).not.toHaveBeenCalled()
})

test('W-8: a value that cannot be hashed is refused, not coerced', async () => {
  const params = [
    field(
      'id',
      z.array(z.int()).transform((list) => new Set(list)),
    ),
  ]
  const options = gated(() => true, { args: { id: [1] }, approvalToken: 'tok', action: { params } })
  expect(await problemOf(options)).toMatchObject({
    code: 'VALIDATION_ERROR',
    detail: 'The arguments cannot be hashed for approval: a Set has no JSON form',
  })
})

describe('dry run', () => {
  test('RPC-7: checks and hashes, runs nothing, asks nobody', async () => {
    let touched = 0
    const hook = vi.fn<ApprovalHook>(() => true)
    const db = dependency(() => ++touched, { name: 'db' })
    const action = {
      dependencies: [['db', db] as const],
      middleware: [() => ++touched],
      handler: () => ++touched,
      path: '/items/{id}',
    }
    const { call, outcome } = startCall(
      gated(hook, { surface: 'cli', dryRun: true, approvalToken: 'tok', action }),
    )
    expect(await outcome).toEqual({ kind: 'dry-run' })
    expect(touched).toBe(0)
    expect(hook).not.toHaveBeenCalled()
    expect(dryRunReport(call)).toEqual({
      ok: true,
      dry_run: true,
      action: 'test.action',
      source: 'cli',
      entrypoint: 'server',
      method: 'POST',
      path: '/items/7',
      arguments_hash: HASH,
      needs_approval: true,
      approval_required: false,
      approval_token_provided: true,
      subject: null,
    })
  })

  test('W-12: works on MCP and without approval too; wrong arguments are still wrong', async () => {
    const plain = { approval: { api: false, mcp: false, cli: false } }
    const { call, outcome } = startCall(gated(() => true, { dryRun: true, action: plain }))
    expect(await outcome).toEqual({ kind: 'dry-run' })
    expect(dryRunReport(call)).toMatchObject({
      source: 'mcp',
      arguments_hash: HASH,
      needs_approval: false,
      approval_required: false,
    })
    const wrong = gated(() => true, { dryRun: true, args: {} })
    expect(await problemOf(wrong)).toMatchObject({ code: 'VALIDATION_ERROR' })
  })
})

describe('another decider than the hook', () => {
  const decided = (decision: ApprovalDecision, more: CallOptions = {}): CallOptions => {
    const options = gated(() => false, more)
    return { ...options, app: { approval: { decide: () => decision } } }
  }

  test('DESIGN §3.4: none lets a call pass without a token', async () => {
    const { call, outcome } = startCall(decided({ kind: 'none' }))
    expect(await outcome).toMatchObject({ kind: 'answer', answer: { body: 'done' } })
    expect(call.redemption).toBeNull()
    expect(call.rule).toBeNull()
    expect(call.argumentsHash).toBe(HASH)
  })

  test('DESIGN §3.4: proceed keeps the id of what was redeemed, for the record', async () => {
    const redemption = { id: 'apr_7' }
    const { call, outcome } = startCall(decided({ kind: 'proceed', redemption }))
    expect(await outcome).toMatchObject({ kind: 'answer' })
    expect(call.redemption).toBe(redemption)
    expect(call.rule).toBeNull()
  })

  test('DESIGN §3.4: refuse is the outcome, and the record says what decided', async () => {
    const problem = refuse('approval_denied')
    const { call, outcome } = startCall(decided({ kind: 'refuse', problem }))
    expect(await outcome).toEqual({ kind: 'problem', problem })
    expect(call.rule).toBe('approval')
    expect(call.redemption).toBeNull()
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('store is down')
      },
    ],
    ['rejects', () => Promise.reject(new Error('store is down'))],
  ])('W-9: one that %s refuses, and the reason stays in the log', async (_, decide) => {
    const options = gated(() => true, { approvalToken: 'tok' })
    const started = startCall({ ...options, app: { approval: { decide } } })
    expect(await started.outcome).toMatchObject({
      kind: 'problem',
      problem: { code: 'approval_denied', details: { arguments_hash: HASH } },
    })
    expect(started.call.rule).toBe('approval')
    expect(String(started.log[0]?.fields['err'])).toContain('Approval denied')
  })

  test('FND-39: is told who calls from where, and may open what the call may', async () => {
    const seen: unknown[] = []
    const db = dependency(() => ({ name: 'db' }), { name: 'db' })
    const decide = async (asked: ApprovalCase): Promise<ApprovalDecision> => {
      expect(Object.isFrozen(asked)).toBe(true)
      seen.push(asked.token, asked.source, asked.entrypoint, asked.client, await asked.resolve(db))
      seen.push(asked.auth?.subject, asked.signal.aborted, asked.args)
      return { kind: 'none' }
    }
    const handler = (args: { db: object }) => void seen.push(args.db)
    const options = gated(() => true, { action: { dependencies: [['db', db]], handler } })
    const auth = { mcp: knownAs({ subject: 'ada' }) }
    const { call, outcome } = startCall({ ...options, app: { auth, approval: { decide } } })
    expect(await outcome).toMatchObject({ kind: 'answer' })
    const client = { address: '127.0.0.1', userAgent: 'test' }
    expect(seen.slice(0, 4)).toEqual([null, 'mcp', 'server', client])
    expect(seen.slice(5)).toEqual(['ada', false, call.args, seen[4]])
    expect(seen[7]).toBe(call.args)
    expect(seen[8]).toBe(seen[4])
  })
})

describe('need by who calls (DESIGN §3.4)', () => {
  const stagesOf = (options: CallOptions) =>
    prepareCall(options).plan.stages.map(({ name }) => name)

  test('an action that nobody needs anything for has no stage of it', () => {
    expect(stagesOf({})).not.toContain('approval')
    expect(stagesOf({})).not.toContain('guards')
    const approval = { api: false, mcp: true, cli: true }
    expect(stagesOf({ surface: 'mcp', action: { approval } })).toContain('approval')
  })

  test('without a decider, and with one of no kind that is known, nothing runs', async () => {
    const handler = vi.fn(() => 'ran')
    const options = gated(() => true, { approvalToken: 'tok', action: { handler } })
    const open = { ...options, app: { approval: null } }
    expect(await problemOf(open)).toMatchObject({ code: 'approval_denied' })
    const odd = { decide: () => ({ kind: 'allow' }) as unknown as ApprovalDecision }
    expect(await problemOf({ ...options, app: { approval: odd } })).toMatchObject({
      code: 'approval_denied',
    })
    expect(handler).not.toHaveBeenCalled()
  })

  test('what agentWrites denies is denied before the arguments are read, and says by what', async () => {
    const table = needTable(
      { asks: false, everybody: NO_SURFACE, changes: true, agentWrites: 'deny' },
      'api',
      { isPublic: false, isCovered: true },
    )
    const action = { need: { api: table, mcp: table, cli: table }, params: [field('id', z.int())] }
    const bot = { auth: { api: knownAs({ subject: 'bot', kind: 'agent' }) } }
    const call = startCall({ action, app: bot, args: { id: 'wrong' } })
    expect(await call.outcome).toMatchObject({
      problem: { code: 'ACCESS_DENIED', status: 403, details: { guard: 'agentWrites' } },
    })
    expect(call.call.rule).toBe('agentWrites')
    const person = { auth: { api: knownAs({ subject: 'p', kind: 'person' }) } }
    expect(await resultOf({ action, app: person, args: { id: 1 } })).toBe('done')
  })
})
