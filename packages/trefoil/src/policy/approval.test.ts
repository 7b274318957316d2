import { expect, test, vi } from 'vitest'
import type { ApprovalHook, ApprovalRequest } from '../contract/approval.ts'
import { type ApprovalCase, decideApproval } from './approval.ts'

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
  }
}

const bound = { action: 'orders.cancel', arguments_hash: HASH }

test('APPR-2: without a token approval is required and the hook is not asked', () => {
  const hook = vi.fn<ApprovalHook>(() => true)
  expect(decideApproval(hook, request(null))).toMatchObject({
    code: 'approval_required',
    status: 409,
    details: bound,
  })
  expect(hook).not.toHaveBeenCalled()
})

test('APPR-2: true approves, now or later', async () => {
  expect(decideApproval(() => true, request())).toBeUndefined()
  await expect(decideApproval(async () => true, request())).resolves.toBeUndefined()
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
  expect(decideApproval(() => value, request())).toMatchObject(denied)
  expect(await decideApproval(async () => value, request())).toMatchObject(denied)
})

test('W-9: a hook that throws denies, and the reason stays in the log', async () => {
  const cause = new Error('approval store is down')
  const throwing = () => {
    throw cause
  }
  const now = decideApproval(throwing, request())
  const later = await decideApproval(async () => throwing(), request())
  for (const problem of [now, later]) {
    expect(problem).toMatchObject({ code: 'approval_denied', cause, detail: 'Approval denied' })
  }
})

test('APPR-2: the hook is asked once, with everything that was bound, frozen', () => {
  const seen: ApprovalRequest[] = []
  decideApproval((asked) => {
    seen.push(asked)
    return true
  }, request())
  expect(seen).toEqual([request()])
  expect(Object.isFrozen(seen[0])).toBe(true)
})
