// Who attacks: a client behind a proxy that shares its connections among callers. What they would
// win: a second request hidden in the first, answered with the next caller's credentials.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ADMIN, type Attacked, attacked } from './attacked-app.ts'
import './eventually.ts'
import { RawConnection, request } from './raw-connection.ts'

let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

const START = 'POST /echo HTTP/1.1\r\nHost: localhost\r\n'
const AUTH = `Authorization: ${ADMIN['authorization']}\r\n`
/** What is smuggled: seen in the answers if it was taken for a request. */
const HIDDEN = 'GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n'
const LENGTH = `Content-Length: ${HIDDEN.length}\r\n`

/** Everything the server says to these bytes until it closes the connection. */
async function conversation(bytes: string): Promise<string> {
  const connection = new RawConnection(target.port)
  connection.send(bytes)
  connection.halfClose()
  const said = await connection.end()
  connection.vanish()
  return said
}

describe('SEC-1 SEC-2 shapes of two readings are refused, and the connection ends', () => {
  it.each([
    [
      'CL.TE',
      `${START}${AUTH}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    ],
    [
      'TE.CL',
      `${START}${AUTH}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${HIDDEN}`,
    ],
    ['CL.CL, different', `${START}${AUTH}Content-Length: 0\r\n${LENGTH}\r\n${HIDDEN}`],
    ['CL.CL, equal', `${START}${AUTH}${LENGTH}${LENGTH}\r\n${HIDDEN}`],
    ['CL as a list', `${START}${AUTH}Content-Length: 0, ${HIDDEN.length}\r\n\r\n${HIDDEN}`],
    ['CL with a sign', `${START}${AUTH}Content-Length: +5\r\n\r\n"abc"${HIDDEN}`],
    ['CL in hex', `${START}${AUTH}Content-Length: 0x5\r\n\r\n"abc"${HIDDEN}`],
    ['CL negative', `${START}${AUTH}Content-Length: -1\r\n\r\n${HIDDEN}`],
    ['CL empty', `${START}${AUTH}Content-Length:\r\n\r\n${HIDDEN}`],
    ['CL with a space before the colon', `${START}${AUTH}Content-Length : 5\r\n\r\n"abc"${HIDDEN}`],
    [
      'TE with a space before the colon',
      `${START}${AUTH}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    ],
    [
      'TE with a tab',
      `${START}${AUTH}Transfer-Encoding:\tchunked, identity\r\n\r\n0\r\n\r\n${HIDDEN}`,
    ],
    ['TE unknown', `${START}${AUTH}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
    [
      'TE chunked among others',
      `${START}${AUTH}Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    ],
    [
      'TE twice',
      `${START}${AUTH}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    ],
    [
      'TE twice, one unknown',
      `${START}${AUTH}Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n${HIDDEN}`,
    ],
    [
      'TE in a folded line',
      `${START}${AUTH}X-A: b\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    ],
    ['a folded value', `${START}${AUTH}Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n${HIDDEN}`],
    [
      'a bare LF in the head',
      `${START}${AUTH}X-A: b\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    ],
    [
      'a bare CR in the head',
      `${START}${AUTH}X-A: b\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    ],
    ['a NUL in a name', `${START}${AUTH}Content\0-Length: 5\r\n\r\n"abc"${HIDDEN}`],
    [
      'a chunk size that is none',
      `${START}${AUTH}Transfer-Encoding: chunked\r\n\r\nzz\r\n${HIDDEN}`,
    ],
    [
      'a chunk size too large',
      `${START}${AUTH}Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n${HIDDEN}`,
    ],
    [
      'a chunk size with a sign',
      `${START}${AUTH}Transfer-Encoding: chunked\r\n\r\n+3\r\n"a"\r\n0\r\n\r\n${HIDDEN}`,
    ],
    [
      'a chunk that is longer than said',
      `${START}${AUTH}Transfer-Encoding: chunked\r\n\r\n1\r\n${HIDDEN}`,
    ],
    [
      'a bare LF behind a chunk size',
      `${START}${AUTH}Transfer-Encoding: chunked\r\n\r\n3\n"a"\r\n0\r\n\r\n${HIDDEN}`,
    ],
    [
      'a line break in a chunk extension',
      `${START}${AUTH}Transfer-Encoding: chunked\r\n\r\n3;a\n"a"\r\n0\r\n\r\n${HIDDEN}`,
    ],
    ['a head without a version', `POST /echo\r\nHost: localhost\r\n\r\n${HIDDEN}`],
    ['a version of tomorrow', `POST /echo HTTP/9.9\r\nHost: localhost\r\n\r\n${HIDDEN}`],
    ['a space in the target', `POST /echo /x HTTP/1.1\r\nHost: localhost\r\n\r\n${HIDDEN}`],
  ])('%s', async (_, bytes) => {
    const before = target.seen.args.length
    const said = await conversation(bytes)
    expect(said).not.toContain('{"up":true}')
    expect(said).not.toMatch(/^HTTP\/1\.1 200/m)
    expect(target.seen.args.length).toBe(before)
  })
})

describe('SEC-2 a body is a body, whoever reads it', () => {
  it.each([
    ['of a refused caller', `${START}${LENGTH}\r\n${HIDDEN}`, 401],
    [
      'of a path that does not exist',
      `POST /none HTTP/1.1\r\nHost: localhost\r\n${LENGTH}\r\n${HIDDEN}`,
      404,
    ],
    [
      'of a route that takes none',
      `POST /meta HTTP/1.1\r\nHost: localhost\r\n${AUTH}${LENGTH}\r\n${HIDDEN}`,
      200,
    ],
    ['of a GET', `GET /who HTTP/1.1\r\nHost: localhost\r\n${LENGTH}\r\n${HIDDEN}`, 200],
    ['of an OPTIONS', `OPTIONS /who HTTP/1.1\r\nHost: localhost\r\n${LENGTH}\r\n${HIDDEN}`, 204],
    ['of a HEAD', `HEAD /who HTTP/1.1\r\nHost: localhost\r\n${LENGTH}\r\n${HIDDEN}`, 200],
    [
      'of a request for another protocol',
      `GET /who HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n${LENGTH}\r\n${HIDDEN}`,
      200,
    ],
    [
      'of a form that is none',
      `${START}${AUTH}Content-Type: application/x-www-form-urlencoded\r\n${LENGTH}\r\n${HIDDEN}`,
      400,
    ],
  ])('%s is not the next request', async (_, bytes, status) => {
    const said = await conversation(bytes)
    expect(said).toMatch(new RegExp(`^HTTP/1\\.1 ${status}`))
    expect(said).not.toContain('{"up":true}')
  })

  it('and the request behind it is answered with its own checks', async () => {
    const connection = new RawConnection(target.port)
    connection.send(
      request('POST /echo', [`Authorization: ${ADMIN['authorization']}`], '"x"') +
        request('GET /orders/ord_1') +
        request('GET /health'),
    )
    expect((await connection.response())?.status).toBe(200)
    expect((await connection.response())?.status).toBe(401)
    expect((await connection.response())?.body).toBe('{"up":true}')
    connection.vanish()
  })
})
