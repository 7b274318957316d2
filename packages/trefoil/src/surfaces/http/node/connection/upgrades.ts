import type { IncomingMessage, RequestListener, Server } from 'node:http'
import type { Duplex } from 'node:stream'
import { allHeaders } from '../../../../web/raw-headers.ts'

/**
 * Closes the connection of whoever asks for a WebSocket, before any route is asked (ADAPT-3): a
 * browser page may ask for one across origins, with the user's cookies. Other upgrades stay
 * requests: clients offer `h2c` beside an ordinary one, and expect it to be overlooked.
 *
 * @returns the listener for requests
 */
export function withoutWebSockets(server: Server, listener: RequestListener): RequestListener {
  const close = (_request: IncomingMessage, socket: Duplex) => socket.destroy()
  if ('shouldUpgradeCallback' in server) {
    Object.assign(server, { shouldUpgradeCallback: asksForWebSocket })
    server.on('upgrade', close)
    return listener
  }
  // Before Node 22.21 a listener for upgrades got all of them, so requests are looked at instead.
  return (request, response) => {
    if (asksForWebSocket(request)) close(request, request.socket)
    else listener(request, response)
  }
}

function asksForWebSocket({ rawHeaders }: IncomingMessage): boolean {
  const protocols = allHeaders(rawHeaders, 'upgrade').join(',').toLowerCase().split(',')
  return protocols.some((protocol) => protocol.trim().split('/')[0] === 'websocket')
}
