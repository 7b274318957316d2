import { once } from 'node:events'
import { createServer, get, IncomingMessage, type ServerOptions } from 'node:http'
import { type AddressInfo, connect, Socket } from 'node:net'
import { describe, expect, it, vi } from 'vitest'
import { QUIRKS_ARE_ON } from '../quirks.ts'
import { BlockResponse, CAN_WRITE_BLOCKS } from './block-response.ts'

const HEADERS = ['x-a', '1', 'set-cookie', 'a=1', 'set-cookie', 'b=2', 'content-length', '2']

async function answerOf(
  options: ServerOptions,
  write: (response: BlockResponse) => void,
): Promise<IncomingMessage> {
  const server = createServer(options, (_request, response) => write(response as BlockResponse))
  server.listen(0)
  await once(server, 'listening')
  const request = get({ port: (server.address() as AddressInfo).port, agent: false })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  server.close()
  return response
}

describe('BlockResponse', () => {
  it('writes blocks, unless that is switched off', () => {
    expect(CAN_WRITE_BLOCKS).toBe(QUIRKS_ARE_ON)
  })

  it('writes what node would have written', async () => {
    const plain = await answerOf({}, (response) => {
      response.writeHead(200, HEADERS)
      response.end('ok')
    })
    const sorted = ({ rawHeaders }: IncomingMessage) => {
      const pairs: string[] = []
      for (let index = 0; index < rawHeaders.length; index += 2) {
        const name = (rawHeaders[index] as string).toLowerCase()
        if (name !== 'date') pairs.push(`${name}: ${rawHeaders[index + 1]}`)
      }
      return pairs.sort()
    }
    // The first one finds out whether blocks can be written, the second one is a block if so.
    for (const isBlock of [false, true]) {
      let block = ''
      const answer = await answerOf({ ServerResponse: BlockResponse }, (response) => {
        response.writeBlock(200, HEADERS)
        block = response['~block']
        response.end('ok')
      })
      expect(block !== '').toBe(isBlock && QUIRKS_ARE_ON)
      expect(sorted(answer)).toEqual(sorted(plain))
      expect(answer.statusCode).toBe(200)
      expect(answer.headers.date).toBeDefined()
    }
  })

  it('writes the length of a body it is given at once, and what node has to read', async () => {
    const body = 'grün'
    for (const headers of [
      ['x-a', '1', 'content-type', 'text/plain'],
      ['x-a', '1', 'date', 'Thu, 01 Jan 2026 00:00:00 GMT'],
    ]) {
      const answer = await answerOf({ ServerResponse: BlockResponse }, (response) => {
        response.endBlock(201, [...headers], body, 'utf8', Buffer.byteLength(body))
      })
      expect(answer.statusCode).toBe(201)
      expect(answer.headers['content-length']).toBe('5')
      expect(answer.headers['transfer-encoding']).toBeUndefined()
      for (let index = 0; index < headers.length; index += 2) {
        expect(answer.headers[headers[index] as string]).toBe(headers[index + 1])
      }
      expect(answer.rawHeaders.filter((name) => name.toLowerCase() === 'date')).toHaveLength(1)
    }
  })

  it('keeps the connection of a client of HTTP/1.0 that asked for it', async () => {
    const server = createServer({ ServerResponse: BlockResponse }, (_request, response) => {
      ;(response as BlockResponse).endBlock(200, ['x-a', '1'], 'ok', 'latin1', 2)
    })
    server.listen(0)
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const socket = connect(port)
    const ask = async () => {
      socket.write('GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n')
      const [chunk] = (await once(socket, 'data')) as [Buffer]
      return chunk.toString('latin1').toLowerCase()
    }
    for (let time = 0; time < 2; time++) {
      const answer = await ask()
      expect(answer).toContain('content-length: 2\r\n')
      expect(answer).toContain('connection: keep-alive\r\n')
    }
    socket.destroy()
    server.close()
  })

  it('writes each value that changes, and no value of another answer', async () => {
    for (let time = 0; time < 100; time++) {
      const value = time % 3 === 0 ? 'same' : String(time)
      const answer = await answerOf({ ServerResponse: BlockResponse }, (response) => {
        response.endBlock(200, ['x-changes', value, 'set-cookie', `a=${time}`], '', 'latin1', 0)
      })
      expect(answer.headers['x-changes']).toBe(value)
      expect(answer.headers['set-cookie']).toEqual([`a=${time}`])
      expect(answer.headers['content-length']).toBe('0')
    }
  })

  it('writes no block where the step is not taken', async () => {
    vi.resetModules()
    const fresh = await import('./block-response.ts')
    const written: unknown[] = []
    class Elsewhere extends fresh.BlockResponse {
      override writeHead(...args: readonly unknown[]): this {
        written.push(args)
        return this
      }
    }
    for (let time = 0; time < 2; time++) {
      new Elsewhere(new IncomingMessage(new Socket())).writeBlock(200, HEADERS)
    }
    expect(written).toEqual([
      [200, HEADERS],
      [200, HEADERS],
    ])
  })

  it.each([
    ['x-a', 'b\r\nx-evil: 1'],
    ['x-a', 'b\nc'],
    ['x-a', 'b\rc'],
    ['x-a', 'b\0c'],
    ['x-a', '\u010d\u010a'],
    ['x a', 'b'],
    ['x-a: b\r\nx-evil', '1'],
    ['', 'b'],
  ])('RESP-3: refuses %j: %j', async (name, value) => {
    let thrown: unknown
    await answerOf({ ServerResponse: BlockResponse }, (response) => {
      try {
        response.writeBlock(200, [name, value])
      } catch (error) {
        thrown = error
      }
      response.end()
    })
    expect(thrown).toBeInstanceOf(TypeError)
  })
})
