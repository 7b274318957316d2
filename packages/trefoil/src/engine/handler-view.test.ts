import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Call } from '../contract/call/call.ts'
import { Problem } from '../contract/problems/problem.ts'
import { field, resultOf, startCall } from './call.fixture.ts'

describe('what a handler sees', () => {
  test('REQ-3: provenance comes from the way in, whatever the headers claim', async () => {
    const headers = ['x-source', 'api', 'source', 'api', 'entrypoint', 'local']
    const handler = (_: unknown, { source, entrypoint, requestId, action }: Call) => [
      source,
      entrypoint,
      requestId,
      action.name,
    ]
    expect(await resultOf({ surface: 'mcp', headers, action: { handler } })).toEqual([
      'mcp',
      'server',
      'r1',
      'test.action',
    ])
  })

  test('REQ-4: call.state is made once a call, app.state is shared', async () => {
    let made = 0
    const state = { db: 'pool' }
    const handler = (_: unknown, call: Call) => {
      const first = call.state
      return [call.state === first, call.app.state === state]
    }
    const app = { callState: () => ({ id: ++made }), facts: { name: 'test', state } }
    expect(await resultOf({ app, action: { handler } })).toEqual([true, true])
    expect(made).toBe(1)
    await resultOf({ app, action: { handler } })
    expect(made).toBe(2)
    await resultOf({ app })
    expect(made).toBe(2)
  })
})

describe('arguments of agents', () => {
  const params = [field('a', z.unknown()), field('b', z.unknown())]

  test('ABIND-3: __proto__ and the names of Object are unknown arguments, not inherited ones', () => {
    for (const name of ['__proto__', 'toString', 'constructor', 'hasOwnProperty']) {
      const args: Record<string, unknown> = JSON.parse(`{"${name}":{"a":1}}`)
      const { outcome } = startCall({ surface: 'mcp', action: { params }, args })
      expect(outcome).toMatchObject({
        kind: 'problem',
        problem: { detail: `Unknown action argument: ${name}` },
      })
    }
  })

  test('ABIND-3: an argument with the name of something of Object is absent when it was not sent', async () => {
    const action = {
      params: [field('toString', z.unknown()), field('constructor', z.unknown())],
      handler: (args: object) => Object.values(args),
    }
    expect(await resultOf({ surface: 'mcp', action })).toEqual([undefined, undefined])
  })

  test('W-17: any JSON is bound unchanged or refused, never a crash (property)', async () => {
    const handler = (given: object) => given
    await fc.assert(
      fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 })), async (args) => {
        const call = startCall({ surface: 'cli', action: { params, handler }, args })
        const outcome = await call.outcome
        if (outcome.kind === 'answer') {
          expect(call.returned()?.value).toEqual({ a: args['a'], b: args['b'] })
        } else {
          expect(outcome).toMatchObject({
            kind: 'problem',
            problem: expect.any(Problem),
          })
          expect(outcome).toMatchObject({ problem: { code: 'VALIDATION_ERROR' } })
        }
      }),
    )
  })
})
