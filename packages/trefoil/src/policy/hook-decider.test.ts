import { expect, test, vi } from 'vitest'
import type { ApprovalHook, ApprovalRequest } from '../contract/call/approval-hook.ts'
import type { ApprovalCase, ApprovalDecision } from '../contract/ports/approval-decider.ts'
import type { Problem } from '../contract/problems/problem.ts'
import { hookDecider } from './hook-decider.ts'

const HASH = `sha256:${'0'.repeat(64)}`

function request(token: string | null = 'tok'): ApprovalCase {
  return {
    action: 'orders.cancel',
    argumentsHash: HASH,
    args: Object.freeze({ id: 7 }),
    token,
    auth: null,
    source: 'mcp',
    entrypoint: 'server',
    requestId: 'r1',
    client: { address: '203.0.113.7', userAgent: 'agent/1' },
    log,
    signal,
    resolve,
  }
}

const log = { debug() {}, info() {}, warn() {}, error() {} }
const { signal } = new AbortController()
const resolve = () => Promise.reject(new Error('not asked for'))

const bound = { action: 'orders.cancel', arguments_hash: HASH }

function problemIn(decision: ApprovalDecision): Problem {
  if (decision.kind !== 'refuse') throw new Error(`not refused: ${decision.kind}`)
  return decision.problem
}

test('APPR-2: without a token approval is required and the hook is not asked', async () => {
  const hook = vi.fn<ApprovalHook>(() => true)
  expect(problemIn(await hookDecider(hook).decide(request(null)))).toMatchObject({
    code: 'approval_required',
    status: 409,
    details: bound,
  })
  expect(hook).not.toHaveBeenCalled()
})

test('APPR-2: true approves, now or later', async () => {
  const proceed = { kind: 'proceed', redemption: { id: null } }
  expect(hookDecider(() => true).decide(request())).toEqual(proceed)
  const later = hookDecider(async () => true).decide(request())
  expect(later).toBeInstanceOf(Promise)
  expect(await later).toEqual(proceed)
})

test.each([
  [false],
  [undefined],
  [null],
  [0],
  [1],
  ['no'],
  ['true'],
  [{}],
  [[]],
  [new Boolean(true)],
])('W-9: the answer %o denies, now or later', async (answer) => {
  // What JavaScript hooks may return.
  const value = answer as boolean
  const denied = { code: 'approval_denied', status: 403, details: bound }
  expect(problemIn(await hookDecider(() => value).decide(request()))).toMatchObject(denied)
  expect(problemIn(await hookDecider(async () => value).decide(request()))).toMatchObject(denied)
})

test('W-9: a hook that throws denies, and the reason stays in the log', async () => {
  const cause = new Error('approval store is down')
  const throwing = () => {
    throw cause
  }
  const now = await hookDecider(throwing).decide(request())
  const later = await hookDecider(async () => throwing()).decide(request())
  for (const decision of [now, later]) {
    expect(problemIn(decision)).toMatchObject({
      code: 'approval_denied',
      cause,
      detail: 'Approval denied',
    })
  }
})

test('APPR-2, FND-39: the hook is asked once, with everything that was bound', async () => {
  const seen: ApprovalRequest[] = []
  const decider = hookDecider((asked) => {
    seen.push(asked)
    return true
  })
  await decider.decide(request())
  expect(seen).toEqual([request()])
})

test('W-9: what one call was told is no object that its hook could have changed for the next', async () => {
  const decision = await hookDecider(() => true).decide(request())
  expect(Object.isFrozen(decision)).toBe(true)
  if (decision.kind !== 'proceed') throw new Error('not approved')
  expect(Object.isFrozen(decision.redemption)).toBe(true)
})
