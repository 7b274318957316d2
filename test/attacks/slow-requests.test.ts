// Who attacks: anybody with a few sockets (slow loris). What they would win: every connection of
// the server, held open for as long as they like with a byte now and then.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ADMIN, type Attacked, attacked } from './attacked-app.ts'
import './eventually.ts'
import { RawConnection } from './raw-connection.ts'

let target: Attacked
beforeAll(async () => {
  const timeouts = { headersTimeout: '300ms', requestTimeout: '600ms' }
  target = await attacked(timeouts)
})
afterAll(() => target.server.close())

const AUTH = `Authorization: ${ADMIN['authorization']}`

/** Sends one byte every 50 ms until the server has had enough. */
async function trickle(connection: RawConnection, byte: string): Promise<void> {
  const drip = setInterval(() => connection.send(byte), 50)
  await connection.closed
  clearInterval(drip)
}

it.concurrent('SEC-2 a head that never ends is cut off, with an answer', async () => {
  const connection = new RawConnection(target.port)
  connection.send('GET /health HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')
  const over = trickle(connection, 'a')
  const answer = await connection.response()
  expect(answer?.status).toBe(408)
  expect(answer?.body).toContain('request_timeout')
  await over
})

it.concurrent('SEC-2 a body that never ends is cut off, and no handler runs', async () => {
  const connection = new RawConnection(target.port)
  connection.send(
    `POST /echo HTTP/1.1\r\nHost: localhost\r\n${AUTH}\r\nContent-Length: 1000\r\n\r\n"`,
  )
  const over = trickle(connection, 'a')
  expect((await connection.response('POST'))?.status).toBe(408)
  await over
  expect(target.seen.args).toEqual([])
  expect(target.seen.opens).toBe(0)
})

it.concurrent('SEC-2 chunks that never end are cut off too', async () => {
  const connection = new RawConnection(target.port)
  connection.send(
    `POST /echo HTTP/1.1\r\nHost: localhost\r\n${AUTH}\r\nTransfer-Encoding: chunked\r\n\r\n1\r\n"\r\n`,
  )
  const over = trickle(connection, '1\r\na\r\n')
  expect((await connection.response('POST'))?.status).toBe(408)
  await over
  expect(target.seen.args).toEqual([])
})

it.concurrent('SEC-2 a body nobody wants is not waited for longer than one that is', async () => {
  const connection = new RawConnection(target.port)
  connection.send('POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n')
  const over = trickle(connection, 'a')
  expect((await connection.response('POST'))?.status).toBe(405)
  await over
})

it.concurrent.each(['Content-Length: 1000', 'Transfer-Encoding: chunked'])(
  'SEC-2 a GET with a body that never ends (%s) is let go too',
  async (length) => {
    const connection = new RawConnection(target.port)
    connection.send(`GET /health HTTP/1.1\r\nHost: localhost\r\n${length}\r\n\r\n`)
    const over = trickle(connection, length.startsWith('C') ? 'a' : '1\r\na\r\n')
    expect((await connection.response())?.status).toBe(200)
    await over
  },
)

it('a client that keeps its half of a finished connection open keeps nothing of ours', async () => {
  const held = await attacked({ drainTimeout: '30s' })
  const connection = new RawConnection(held.port)
  connection.send('NONSENSE\r\n\r\n')
  expect((await connection.response())?.status).toBe(400)
  // Our half stays open and silent: the server has to let go by itself.
  const started = performance.now()
  await held.server.close()
  expect(performance.now() - started).toBeLessThan(10_000)
  connection.vanish()
})
