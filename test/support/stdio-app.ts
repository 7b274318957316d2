// An app with calls that take long, for `trefoil mcp`.
import { writeFileSync } from 'node:fs'
import { type App, createApp } from 'trefoil'
import { jwtAuth } from 'trefoil/auth'
import { z } from 'zod'

export const KEYS = 'a secret of a test, 32 bytes at the least'
export const auth = jwtAuth({ keys: KEYS, issuer: 'test', audience: 'test' })

export const app: App = createApp({
  name: 'stdio',
  env: {},
  auth: [{ authenticate: auth, surfaces: ['mcp'] }],
  publicSurfaces: ['api', 'cli'],
  agentWrites: 'allow',
  log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
})

// Says that it was shut down in order.
app.onShutdown(() => {
  const file = process.env['SHUT_DOWN']
  if (file !== undefined) writeFileSync(file, 'yes')
})

app.tool('nap', { description: 'Ends after a while.', params: { ms: z.int() } }, async ({ ms }) => {
  await new Promise((resolve) => setTimeout(resolve, ms))
  return 'rested'
})
app.tool('stubborn', { description: 'Never ends, whoever asks.' }, () => new Promise(() => {}))
app.tool(
  'patient',
  { description: 'Ends when it is called off.' },
  (_args, { signal }) =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve('called off'))),
)
app.tool('reports', { description: 'Reports until it is called off.' }, async (_args, call) => {
  for (let done = 0; !call.signal.aborted; done++) {
    call.progress(done, null, 'x'.repeat(100_000))
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
})
app.tool(
  'letters',
  { description: 'Answers with so many.', params: { letters: z.int() } },
  ({ letters }) => 'x'.repeat(letters),
)
