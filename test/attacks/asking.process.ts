// A process of an app that asks, of which there are several behind one balancer: they share keys, and nothing else.
import { ask, createApp } from 'trefoil'
import { AuthContext, keyRing } from 'trefoil/auth'
import { serve } from 'trefoil/node'
import { z } from 'zod'

const SURE = z.object({ ok: z.boolean() })
const app = createApp({
  env: {},
  asking: {
    keys: keyRing(process.env['ASKING_KEY'] ?? ''),
    lifetime: process.env['ASKING_LIFETIME'] === 'short' ? '1s' : '10m',
  },
  log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  auth: [
    {
      surfaces: ['mcp'],
      authenticate: ({ bearer }) => (bearer === null ? null : new AuthContext({ subject: bearer })),
    },
  ],
})
app.tool(
  'refund',
  { description: 'Refunds an order.', params: { id: z.string() } },
  async ({ id }, call) => {
    const { sure } = await call.ask({ sure: ask.form(`Refund ${id}?`, SURE) })
    const { really } = await call.ask({ really: ask.form('Really?', SURE) })
    return `${process.pid}:${sure.action}:${really.action}`
  },
)
const server = await serve(app, { port: 0 })
process.send?.(server.url)
