import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { serve } from '../../packages/trefoil/src/node.ts'
import type { Driver } from './driver.ts'
import { DRIVERS } from './fixture.ts'
import type { FixtureApp } from './fixture-app.ts'

/** Time that stands still. */
const CLOCK = { now: () => Date.UTC(2026, 5, 1), elapsed: () => 0 }

/** An app with rates, served, and every way to call it. */
export interface RatesFixture {
  readonly drivers: readonly Driver[]
  /** How often a handler ran. */
  readonly ran: () => number
  close(): Promise<void>
}

export async function startRates(): Promise<RatesFixture> {
  let ran = 0
  const silent = () => {}
  const app = createApp({
    name: 'rates',
    env: {},
    clock: CLOCK,
    auth: [
      {
        surfaces: ['api', 'mcp', 'cli'],
        authenticate: {
          name: 'names',
          scheme: { type: 'http', scheme: 'bearer' },
          authenticate: (request) => {
            const sent = request.headers.get('authorization')
            return sent === null ? null : new AuthContext({ subject: sent.replace('Bearer ', '') })
          },
        },
      },
    ],
    log: { logger: { debug: silent, info: silent, warn: silent, error: silent } },
  })
  const listed = { tool: true, cli: true, description: 'Does it.' } as const
  const run = () => {
    ran++
    return 'done'
  }
  app.get('/few', { ...listed, name: 'few', rate: { limit: '60/min', burst: 10 } }, run)
  app.get('/shared', { ...listed, name: 'shared', rate: '3/min' }, run)
  app.get('/hundred', { ...listed, name: 'hundred', rate: '100/hour' }, run)
  app.get(
    '/open',
    { ...listed, name: 'open', public: true, rate: { limit: '2/min', per: 'caller' } },
    run,
  )
  app.get(
    '/broken',
    { ...listed, name: 'broken', rate: { limit: '2/min', name: 'few' }, roles: ['nobody'] },
    run,
  )
  const server = await serve(app, { port: 0, signals: false })
  const drivers = DRIVERS.map((make) =>
    make({ app: app as unknown as FixtureApp, url: server.url }),
  )
  return {
    drivers,
    ran: () => ran,
    async close() {
      for (const driver of drivers) await driver.close?.()
      await server.close()
    },
  }
}
