// A server of keys, over real HTTP, that answers whatever a test says.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

type Answer = (request: IncomingMessage, response: ServerResponse) => void

export interface KeyServer {
  readonly url: URL
  /** Paths that were asked for. */
  readonly asked: string[]
  answer(answer: Answer): void
  /** Serves a set of these keys from now on. */
  serve(...keys: readonly object[]): void
  close(): Promise<void>
}

export async function keyServer(): Promise<KeyServer> {
  const asked: string[] = []
  let current: Answer = (_, response) => response.writeHead(500).end()
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    current(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: new URL(`http://127.0.0.1:${port}/jwks`),
    asked,
    answer(answer) {
      current = answer
    },
    serve(...keys) {
      current = (_, response) => json(response, { keys })
    },
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export function json(response: ServerResponse, value: unknown): void {
  response.setHeader('content-type', 'application/json')
  response.end(JSON.stringify(value))
}
