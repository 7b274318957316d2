import { expect, test } from 'vitest'
import { z } from 'zod'
import { argumentsHash } from '../policy/arguments-hash.ts'
import { field, resultOf } from './call.fixture.ts'

const WHEN = new Date('2026-01-01T00:00:00Z')

test.each([
  ['a date', z.coerce.date(), WHEN.toISOString(), (value: Date) => value.setTime(0)],
  [
    'a date inside',
    z.object({ at: z.coerce.date() }),
    { at: WHEN.toISOString() },
    (value: { at: Date }) => value.at.setTime(0),
  ],
  [
    'bytes',
    z.string().transform((text) => new TextEncoder().encode(text)),
    'abc',
    (value: Uint8Array) => value.fill(0),
  ],
  [
    'a set',
    z.array(z.string()).transform((list) => new Set(list)),
    ['a'],
    (value: Set<string>) => value.clear(),
  ],
])(
  'FND-10: %s that somebody changes on the way stays what was approved',
  async (_, schema, sent, change) => {
    const seen: unknown[] = []
    let approved = ''
    const touch = (args: Readonly<Record<string, unknown>>) => change(args['value'] as never)
    const value = await resultOf({
      args: { value: sent },
      surface: 'mcp',
      approvalToken: 'yes',
      app: {
        approval: {
          decide(request) {
            approved = request.argumentsHash
            touch(request.args)
            return { kind: 'proceed', redemption: { id: null } }
          },
        },
      },
      action: {
        params: [field('value', schema)],
        approval: {
          api: false,
          mcp: !(schema instanceof z.ZodPipe && Array.isArray(sent)),
          cli: false,
        },
        middleware: [
          (call, next) => {
            touch(call.args)
            return next()
          },
        ],
        handler: (args: Readonly<Record<string, unknown>>, call: { args: unknown }) => {
          seen.push(args, call.args)
          return 'ran'
        },
      },
    })
    expect(value).toBe('ran')
    const bound = { value: schema.parse(sent) }
    expect(seen).toEqual([bound, bound])
    if (approved !== '') expect(argumentsHash('test.action', bound)).toBe(approved)
  },
)
