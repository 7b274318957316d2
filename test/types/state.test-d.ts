// DESIGN §1: `call.state`, `call.app.state` and the other members of a call are typed.
import type { Entrypoint, SurfaceName } from 'trefoil'
import { createApp } from 'trefoil'
import { exact } from './expect.ts'
import { app } from './setting.ts'

interface Pool {
  readonly size: number
}
declare const pool: Pool
const stateful = createApp({ state: { pool }, callState: () => ({ started: 0 }) })

exact<{ pool: Pool }>()(stateful.state)
stateful.get('/', {}, (_, call) => {
  exact<{ started: number }>()(call.state)
  exact<{ pool: Pool }>()(call.app.state)
})
stateful.get('/', (_, call) => exact<{ started: number }>()(call.state))
stateful.group('/g').get('/', {}, (_, call) => {
  exact<{ started: number }>()(call.state)
  exact<Pool>()(call.app.state.pool)
})
stateful.tool('t', { description: 'd' }, (_, call) => exact<Pool>()(call.app.state.pool))
stateful.use((call, next) => {
  exact<{ started: number }>()(call.state)
  exact<Pool>()(call.app.state.pool)
  return next()
})
stateful.onStartup(({ state }) => {
  exact<{ pool: Pool }>()(state)
  return () => undefined
})
stateful.onShutdown(({ state }) => exact<{ pool: Pool }>()(state))

app.get('/', {}, (_, call) => {
  exact<Record<string, unknown>>()(call.state)
  exact<Record<string, unknown>>()(call.app.state)
  exact<SurfaceName>()(call.source)
  exact<'api' | 'mcp' | 'cli'>()(call.source)
  exact<Entrypoint>()(call.entrypoint)
  exact<string>()(call.requestId)
  exact<AbortSignal>()(call.signal)
  call.background(async () => call.log.info({}, 'done'))
})

// A handler that declares less than it is given fits.
app.get('/', {}, (_, { requestId }: { readonly requestId: string }) => requestId)

// @ts-expect-error not a value of the call's state
stateful.get('/', {}, (_, call) => call.state.finished)
// @ts-expect-error not a value of the app's state
stateful.get('/', {}, (_, call) => call.app.state.cache)
// @ts-expect-error the way in is set by the framework
app.get('/', {}, (_, call) => (call.source = 'cli'))
// @ts-expect-error state is an object
createApp({ state: 1 })
// @ts-expect-error callState is made anew for each call
createApp({ callState: { started: 0 } })
