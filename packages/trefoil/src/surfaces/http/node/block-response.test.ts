import { once } from 'node:events'
import { createServer, get, type IncomingMessage, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it } from 'vitest'
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
  it('this release of node has the step it builds on', () => {
    expect(CAN_WRITE_BLOCKS).toBe(true)
  })

  it('writes what node would have written', async () => {
    const plain = await answerOf({}, (response) => {
      response.writeHead(200, HEADERS)
      response.end('ok')
    })
    const block = await answerOf({ ServerResponse: BlockResponse }, (response) => {
      response.writeBlock(200, HEADERS)
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
    expect(sorted(block)).toEqual(sorted(plain))
    expect(block.statusCode).toBe(200)
    expect(block.headers.date).toBeDefined()
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
