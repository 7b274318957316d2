import { afterAll, beforeAll, expect, it } from 'vitest'
import { createRemoteTarget } from '../../packages/trefoil/src/client.ts'
import type { ActionTarget } from '../../packages/trefoil/src/contract/protocol/action-protocol.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { APPROVAL } from './behaviours/approval.ts'
import { ARGUMENTS } from './behaviours/arguments.ts'
import { IDENTITY } from './behaviours/identity.ts'
import { OUTCOMES } from './behaviours/outcomes.ts'
import { specOf } from './fixture.ts'
import { createFixtureApp, type FixtureApp, Observations } from './fixture-app.ts'
import { CALLERS } from './tokens.ts'

let app: FixtureApp
let server: RunningServer

beforeAll(async () => {
  app = createFixtureApp(new Observations())
  server = await serve(app, { port: 0, signals: false })
})
afterAll(() => server.close())

function targets(token: string | null): readonly ActionTarget[] {
  const headers = token === null ? [] : ['authorization', `Bearer ${token}`]
  const options = token === null ? {} : { token }
  return [app.localActions({ headers }), createRemoteTarget({ url: server.url, ...options })]
}

/** Where an envelope was made, and under which id, is all that may differ. */
function comparable(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document), (key, value) =>
    key === 'request_id' || key === 'entrypoint' ? undefined : value,
  )
}

const rows = [...IDENTITY, ...ARGUMENTS, ...OUTCOMES, ...APPROVAL].filter(
  (row) => row.except?.['cli-local'] === undefined,
)

it.each(rows.map((row) => [row.name, row] as const))('W-21 %s', async (_, row) => {
  const { action, args, token, approval } = specOf(row)
  const request = {
    action,
    arguments: args,
    ...(approval === undefined ? {} : { approval_token: approval }),
  }
  const [local, remote] = await Promise.all(targets(token).map((target) => target.call(request)))
  const answer = comparable(remote)
  if (row.expect.ok || row.expect.code !== 'AUTHENTICATION_ERROR') {
    expect(answer).toEqual(comparable(local))
    return
  }
  // The client knows better than the server what to do about a refused login.
  const { fix, ...problem } = (answer as { error: Record<string, unknown> }).error
  expect(fix).toContain('trefoil login')
  expect(comparable(local)).toMatchObject({ ok: false, status_code: 401, error: problem })
})

it('RPC-2 the manifest is the same here and there', async () => {
  const [local, remote] = await Promise.all(
    targets(CALLERS.reader).map((target) => target.manifest()),
  )
  expect(remote).toEqual(local)
  const [stranger, far] = await Promise.all(targets(null).map((target) => target.manifest()))
  expect(stranger).toMatchObject({ ok: false, status_code: 401 })
  expect(far).toMatchObject({ ok: false, status_code: 401 })
})

it('W-23 what the edge refuses is told as it is, not as a broken remote', async () => {
  const remote = createRemoteTarget({ url: server.url, token: CALLERS.reader ?? '' })
  const huge = await remote.call({ action: 'echo', arguments: { document: 'x'.repeat(10_000) } })
  expect(huge).toMatchObject({
    ok: false,
    status_code: 413,
    error: { code: 'payload_too_large', message: 'Payload Too Large' },
  })
})
