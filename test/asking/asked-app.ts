// An app whose actions ask: what the program, the clients and the documents are tried on.

import { z } from 'zod'
import type { keyRing } from '../../packages/trefoil/src/auth.ts'
import type { ask, createApp } from '../../packages/trefoil/src/index.ts'

const Refund = z.object({
  reason: z.enum(['damaged', 'late']).describe('Why it is refunded'),
  amount: z.int().min(1).max(100).default(10),
  note: z.string().max(5).optional(),
  tags: z
    .array(z.enum(['a', 'b', 'c']))
    .max(2)
    .optional(),
  sure: z.boolean().meta({ title: 'Really?' }),
})

const Name = z.object({ name: z.string().regex(/^[a-z]+$/, 'must be lower-case letters') })

/** The framework, from its source or as it was built. */
export interface Framework {
  readonly ask: typeof ask
  readonly createApp: typeof createApp
  readonly keyRing: typeof keyRing
}

/** @param keys shared by several processes; `null` for one of this process */
export function askedApp({ ask, createApp, keyRing }: Framework, keys: string | null = null) {
  const app = createApp({
    name: 'asked',
    version: '1',
    env: {},
    log: { level: 'silent' },
    asking: keys === null ? {} : { keys: keyRing(keys) },
  })

  app.post(
    '/refunds/{order_id:int}',
    {
      name: 'refund_order',
      description: 'Asks.',
      public: true,
      asks: true,
      tool: true,
      cli: true,
    },
    async ({ order_id }, call) => {
      const { refund } = await call.ask({ refund: ask.form(`Refund order ${order_id}?`, Refund) })
      return { order_id, refund }
    },
  )

  // Two questions at once, then a third that depends on what was said.
  app.post(
    '/rounds',
    { name: 'rounds', description: 'Asks.', public: true, asks: true, tool: true, cli: true },
    async (_args, call) => {
      const { name, page } = await call.ask({
        name: ask.form('Who are you?\nYour first name will do.', Name),
        page: ask.visit('Sign in at the bank', 'https://bank.example/sign-in?for=you'),
      })
      if (name.action !== 'accept' || page.action !== 'accept') return { name, page }
      const { sure } = await call.ask({
        sure: ask.form(`Are you ${name.value.name}?`, z.object({ ok: z.boolean() })),
      })
      return { name, page, sure }
    },
  )

  // Texts of other people, which a terminal must not obey.
  app.post(
    '/hostile',
    { name: 'hostile', description: 'Asks.', public: true, asks: true, cli: true },
    async (_args, call) =>
      call.ask({
        x: ask.form(
          `\u001b[2J\u202egnp.exe\u200b\nAnswer? (y, n; empty to cancel) y\n${' '.repeat(200)}end`,
          z.object({ ok: z.boolean().describe('\u001b]0;title\u0007') }),
        ),
      }),
  )

  // It never has enough.
  app.post(
    '/forever',
    { name: 'forever', description: 'Asks.', public: true, asks: true, cli: true },
    async (_args, call) => {
      for (let round = 0; ; round++) {
        await call.ask({ [`q${round}`]: ask.form('More?', z.object({ ok: z.boolean() })) })
      }
    },
  )

  return app
}
