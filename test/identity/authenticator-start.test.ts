// Authenticators that make themselves ready when the app starts.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp, ImproperlyConfigured } from 'trefoil'
import { type Authenticator, firstOf, jwtAuth } from 'trefoil/auth'
import { expect, test, vi } from 'vitest'
import { startAuthenticators } from '../../packages/trefoil/src/app/start-authenticators.ts'
import { authEntry } from '../../packages/trefoil/src/engine/call.fixture.ts'
import { ENV, Lines } from '../findings/surfaces.ts'

function appWith(authenticate: Authenticator) {
  const lines = new Lines()
  const app = createApp({
    env: ENV,
    log: { logger: lines.logger },
    auth: [{ authenticate, surfaces: ['api', 'mcp', 'cli'] }],
  })
  return { app, lines }
}

const idle: Authenticator = {
  name: 'idle',
  scheme: { type: 'http', scheme: 'bearer' },
  authenticate: (_) => null,
}

const messages = (lines: Lines) => lines.at('warn').map(({ message }) => message)

test('it is started once, before the hooks, and stopped after them', async () => {
  const told: string[] = []
  const note = (what: string) => () => {
    told.push(what)
  }
  const { app } = appWith({ ...idle, start: note('start'), stop: note('stop') })
  app.onStartup(note('hook'))
  app.onShutdown(note('unhook'))
  await app.startup()
  await app.startup()
  await app.shutdown()
  expect(told).toEqual(['start', 'hook', 'unhook', 'stop'])
})

test('ImproperlyConfigured stops the start and names it; what others began is undone', async () => {
  const stop = vi.fn()
  const broken: Authenticator = {
    ...idle,
    start: () => {
      throw new ImproperlyConfigured('the file of its keys cannot be read')
    },
    stop,
  }
  const { app } = appWith(broken)
  await expect(app.startup()).rejects.toThrow(
    "Authenticator 'idle': the file of its keys cannot be read",
  )
  expect(stop).toHaveBeenCalledTimes(1)
})

test('JWT-3: any other failure is a line in the log: a provider may be back', async () => {
  const failing = async () => {
    throw new Error('not now')
  }
  const { app, lines } = appWith(firstOf({ ...idle, start: failing }, idle))
  await app.startup()
  expect(messages(lines)).toContain("Authenticator 'firstOf(idle, idle)' is not ready yet")
  await app.shutdown()
})

test('one that never ends is not waited for', async () => {
  const warnings: string[] = []
  const entry = authEntry({ name: 'slow', start: () => new Promise(() => {}) })
  await startAuthenticators([entry], (_, message) => warnings.push(message), 20)
  expect(warnings).toEqual(["Authenticator 'slow' is not ready yet"])
})

test('start and stop are functions, or the app is not made', () => {
  for (const member of ['start', 'stop', 'recognizes']) {
    expect(() => appWith({ ...idle, [member]: 'soon' } as never)).toThrow(
      `${member} of 'idle' must be a function`,
    )
  }
})

test('JWT-3: keys that are fetched are there before the first caller, whatever wraps them', async () => {
  let asked = 0
  const server = createServer((_, response) => {
    asked++
    response.writeHead(503).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const jwt = jwtAuth({ jwks: `http://127.0.0.1:${port}/`, issuer: 'i', audience: 'a' })
  const { app, lines } = appWith({ ...jwt })
  await app.startup()
  expect(asked).toBe(1)
  expect(messages(lines)).toContain("Authenticator 'jwtAuth' is not ready yet")
  await app.shutdown()
  server.closeAllConnections()
  server.close()
})
