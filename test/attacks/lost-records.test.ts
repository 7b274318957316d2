import { connect } from 'node:net'
import { createApp, stream } from 'trefoil'
import { serve } from 'trefoil/node'
import { expect, test } from 'vitest'
import { Lines, within } from '../findings/surfaces.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('a client that leaves while the uploads of a failed stream are dropped is recorded', async () => {
  const records: string[] = []
  const app = createApp({
    ...OPEN,
    log: {
      logger: new Lines().logger,
      onCall: ({ outcome }) => void records.push(outcome),
    },
  })
  let sockets: ReturnType<typeof connect>[] = []
  app.post('/x', async (_args, call) => {
    const form = await call.request.form()
    void form
    return stream(
      (async function* () {
        yield 'x'
        await later(20)
        throw new Error('half way')
      })(),
    )
  })
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '200ms' })
  const boundary = 'b'
  const parts = Array.from(
    { length: 40 },
    (_, n) =>
      `--${boundary}\r\nContent-Disposition: form-data; name="f${n}"; filename="f${n}.txt"\r\nContent-Type: text/plain\r\n\r\n${'z'.repeat(40_000)}\r\n`,
  ).join('')
  const body = `${parts}--${boundary}--\r\n`
  const total = 60
  for (let n = 0; n < total; n++) {
    const socket = connect(server.port, '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => {})
    socket.write(
      `POST /x HTTP/1.1\r\nHost: localhost\r\nContent-Type: multipart/form-data; boundary=${boundary}\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
    )
    await new Promise<void>((resolve) => {
      socket.on('data', () => {
        setTimeout(
          () => {
            socket.resetAndDestroy()
            resolve()
          },
          16 + (n % 20) * 0.5,
        )
      })
      socket.on('close', () => resolve())
    })
  }
  await later(500)
  sockets = []
  expect(records).toHaveLength(total)
  await within(server.close(), 'server.close()', 8000)
})
