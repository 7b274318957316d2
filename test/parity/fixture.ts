import { argumentsHash } from '../../packages/trefoil/src/index.ts'
import { serve } from '../../packages/trefoil/src/node.ts'
import type { Behaviour } from './behaviour.ts'
import type { CallSpec, Driver, Target } from './driver.ts'
import { cliLocalDriver } from './drivers/cli-local.ts'
import { cliRemoteDriver } from './drivers/cli-remote.ts'
import { httpDriver } from './drivers/http.ts'
import { mcpLegacyDriver } from './drivers/mcp-legacy.ts'
import { mcpModernDriver } from './drivers/mcp-modern.ts'
import { approvalFor, createFixtureApp, Observations } from './fixture-app.ts'
import { CALLERS } from './tokens.ts'

/** Every way to call an app. */
export const DRIVERS: readonly ((target: Target) => Driver)[] = [
  httpDriver,
  mcpLegacyDriver,
  mcpModernDriver,
  cliLocalDriver,
  cliRemoteDriver,
]

/** The served fixture with every way to call it. */
export interface Fixture {
  readonly url: string
  readonly drivers: readonly Driver[]
  readonly seen: Observations
  close(): Promise<void>
}

export async function startFixture(): Promise<Fixture> {
  const seen = new Observations()
  const app = createFixtureApp(seen)
  const server = await serve(app, { port: 0, signals: false })
  const target = { app, url: server.url }
  const made = DRIVERS.map((make) => make(target))
  return {
    url: server.url,
    drivers: made,
    seen,
    async close() {
      for (const driver of made) await driver.close?.()
      await server.close()
    },
  }
}

/** A row as something to call. */
export function specOf({ action, args = {}, as, approval }: Behaviour): CallSpec {
  const token = typeof approval === 'object' ? approve(approval) : approval
  return { action, args, token: CALLERS[as], approval: token }
}

function approve({ action, bound }: { readonly action: string; readonly bound: object }): string {
  return approvalFor(argumentsHash(action, bound))
}
