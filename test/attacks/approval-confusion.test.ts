// Who attacks: an agent with an approval for one harmless call. What they would win: the same
// approval for another call, through two argument sets that hash alike.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { CALL_PATH } from '../../packages/trefoil/src/contract/protocol/paths.ts'
import { argumentsHash, createApp } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { members } from '../parity/driver.ts'
import { actionCall, post, toolCall } from './attacked-app.ts'

let server: RunningServer
/** What the handler got, as it got it. */
const ran: unknown[] = []

beforeAll(async () => {
  const silent = () => {}
  const app = createApp({
    name: 'approving',
    publicSurfaces: ['mcp', 'cli'],
    approval: ({ action, args, token, argumentsHash: hash }) =>
      // The hash the hook is shown is the hash of what the hook is shown.
      token === hash && hash === argumentsHash(action, args),
    log: { logger: { debug: silent, info: silent, warn: silent, error: silent } },
  })
  app.action(
    'pay',
    {
      description: 'Pay.',
      tool: true,
      cli: true,
      needsApproval: true,
      params: {
        to: z.string(),
        amount: z.number(),
        memo: z.string().optional(),
        extra: z.record(z.string(), z.unknown()).optional(),
        trimmed: z.string().trim().optional(),
      },
    },
    (args) => {
      ran.push(args)
      return { paid: true }
    },
  )
  server = await serve(app, { port: 0, signals: false })
})
afterAll(() => server.close())

/** The hash that a dry run tells, over both agent surfaces; they must agree. */
async function hashOf(args: string): Promise<string> {
  const cli = await post(server.url + CALL_PATH, actionCall('pay', args, ',"dry_run":true'))
  const mcp = await post(`${server.url}/mcp`, toolCall('pay', args, ',"_meta":{"dryRun":true}'))
  const [content] = members(mcp.json['result'])['content'] as [{ text: string }]
  const hash = cli.json['arguments_hash']
  expect(JSON.parse(content.text)['arguments_hash']).toBe(hash)
  expect(hash).toMatch(/^sha256:[0-9a-f]{64}$/)
  return String(hash)
}

async function pay(args: string, token: string): Promise<number> {
  const more = `,"approval_token":"${token}"`
  return (await post(server.url + CALL_PATH, actionCall('pay', args, more))).status
}

describe('APPR-4', () => {
  it.each([
    ['another amount', '{"to":"a","amount":1}', '{"to":"a","amount":10}'],
    ['a sign', '{"to":"a","amount":1}', '{"to":"a","amount":-1}'],
    ['the last digit', '{"to":"a","amount":0.1}', '{"to":"a","amount":0.10000000000000002}'],
    ['very small', '{"to":"a","amount":0}', '{"to":"a","amount":5e-324}'],
    ['case', '{"to":"a","amount":1}', '{"to":"A","amount":1}'],
    ['a space behind', '{"to":"a","amount":1}', '{"to":"a ","amount":1}'],
    ['a NUL behind', '{"to":"a","amount":1}', '{"to":"a\\u0000","amount":1}'],
    ['an invisible character', '{"to":"a","amount":1}', '{"to":"a\\u200b","amount":1}'],
    ['composed or not', '{"to":"\\u00e9","amount":1}', '{"to":"e\\u0301","amount":1}'],
    ['a look-alike', '{"to":"a","amount":1}', '{"to":"\\u0430","amount":1}'],
    ['a character that folds', '{"to":"K","amount":1}', '{"to":"\\u212a","amount":1}'],
    ['given or not', '{"to":"a","amount":1}', '{"to":"a","amount":1,"memo":""}'],
    [
      'text that looks like the rest',
      '{"to":"a","amount":1}',
      '{"to":"a\\",\\"amount\\":1","amount":1}',
    ],
    [
      'moved to another argument',
      '{"to":"a","amount":1,"memo":"b"}',
      '{"to":"a","amount":1,"trimmed":"b"}',
    ],
    [
      'text or number',
      '{"to":"a","amount":1,"extra":{"x":1}}',
      '{"to":"a","amount":1,"extra":{"x":"1"}}',
    ],
    [
      'text or null',
      '{"to":"a","amount":1,"extra":{"x":null}}',
      '{"to":"a","amount":1,"extra":{"x":"null"}}',
    ],
    [
      'null or missing, inside',
      '{"to":"a","amount":1,"extra":{"x":null}}',
      '{"to":"a","amount":1,"extra":{}}',
    ],
    [
      'empty list or object',
      '{"to":"a","amount":1,"extra":{"x":[]}}',
      '{"to":"a","amount":1,"extra":{"x":{}}}',
    ],
    [
      'list or object',
      '{"to":"a","amount":1,"extra":{"x":[1]}}',
      '{"to":"a","amount":1,"extra":{"x":{"0":1}}}',
    ],
    [
      'order of a list',
      '{"to":"a","amount":1,"extra":{"x":[1,2]}}',
      '{"to":"a","amount":1,"extra":{"x":[2,1]}}',
    ],
    [
      'nesting of a list',
      '{"to":"a","amount":1,"extra":{"x":[[1],2]}}',
      '{"to":"a","amount":1,"extra":{"x":[[1,2]]}}',
    ],
    [
      'date or text of it',
      '{"to":"a","amount":1,"extra":{"x":"2026-01-01"}}',
      '{"to":"a","amount":1,"extra":{"x":"2026-01-01T00:00:00Z"}}',
    ],
  ])('%s is another call: the approval does not fit', async (_, approved, attempted) => {
    const [token, count] = [await hashOf(approved), ran.length]
    expect(await hashOf(attempted)).not.toBe(token)
    expect(await pay(attempted, token)).toBe(403)
    expect(ran.length).toBe(count)
  })

  it.each([
    ['order of members', '{"amount":1,"to":"a"}'],
    ['white space', '{ "to" : "a" ,\n"amount":1 }'],
    ['1.0', '{"to":"a","amount":1.0}'],
    ['an exponent', '{"to":"a","amount":10e-1}'],
    ['an escape', '{"t\\u006f":"\\u0061","amount":1}'],
  ])('APPR-10 %s is the same call, and the handler gets the same values', async (_, spelled) => {
    const token = await hashOf('{"to":"a","amount":1}')
    expect(await pay(spelled, token)).toBe(200)
    expect(ran.at(-1)).toEqual({ to: 'a', amount: 1 })
  })

  it('APPR-8 minus zero is zero for the hash and indistinguishable in what is printed', async () => {
    expect(await hashOf('{"to":"a","amount":-0}')).toBe(await hashOf('{"to":"a","amount":0}'))
    expect(String(-0)).toBe('0')
  })

  it('APPR-5 an optional argument left out and one that is null hash alike, by the specification', async () => {
    // So an action that treats them differently must not declare its argument nullish; a top-level
    // argument that is only optional, or only nullable, cannot be confused.
    expect(argumentsHash('x', { a: undefined })).toBe(argumentsHash('x', { a: null }))
    const optional = await post(
      server.url + CALL_PATH,
      actionCall('pay', '{"to":"a","amount":1,"memo":null}'),
    )
    // Null is nothing there (FND-46): the same call, and the same values for the handler.
    expect(optional.json['error']).toMatchObject({
      code: 'approval_required',
      arguments_hash: await hashOf('{"to":"a","amount":1}'),
    })
  })

  it('W-3 what is hashed is what a schema made of it, not what was sent', async () => {
    const token = await hashOf('{"to":"a","amount":1,"trimmed":"x"}')
    expect(await pay('{"to":"a","amount":1,"trimmed":"  x "}', token)).toBe(200)
    expect(ran.at(-1)).toEqual({ to: 'a', amount: 1, trimmed: 'x' })
  })

  it.each([
    ['an argument nobody declared', '{"to":"a","amount":1,"hidden":1}'],
    ['undefined, as text', '{"to":"a","amount":1,"undefined":null}'],
    ['the prototype', '{"to":"a","amount":1,"__proto__":{"amount":100}}'],
    ['the argument twice', '{"to":"a","amount":1,"amount":100}'],
    ['a wrong type', '{"to":"a","amount":"1"}'],
    ['a list around it', '{"to":["a"],"amount":1}'],
  ])('ABIND-3 %s is refused, not ignored', async (_, args) => {
    const count = ran.length
    expect(await pay(args, await hashOf('{"to":"a","amount":1}'))).toBe(400)
    expect(ran.length).toBe(count)
  })
})
