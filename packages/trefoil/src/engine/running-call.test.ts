import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import type { Call } from '../contract/call.ts'
import { startCall } from './call.fixture.ts'

test('PW-02: what is printed of a call is who, what and where, and no credential', async () => {
  let printed = ''
  const call = startCall({
    action: {
      handler: (_args: unknown, running: Call) => {
        printed = JSON.stringify({ call: running })
        return inspect(running, { depth: 9, showHidden: true })
      },
    },
  })
  const outcome = await call.outcome
  expect(Object.keys(JSON.parse(printed).call)).toEqual([
    'source',
    'entrypoint',
    'requestId',
    'action',
    'subject',
  ])
  expect(outcome).toMatchObject({ ok: true })
  expect(JSON.stringify(outcome)).not.toMatch(/rawHeaders|~inbound|~plan/)
})
