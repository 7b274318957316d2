import { connect, createServer, type Socket } from 'node:net'

/**
 * A way to a port that lets a client's first words through at once, and all others when told: of a
 * TLS handshake, that is everything but its end.
 */
export async function holdingBack(
  port: number,
): Promise<{ readonly port: number; readonly release: () => void; readonly close: () => void }> {
  const released = Promise.withResolvers<void>()
  const sockets: Socket[] = []
  const relay = createServer((near) => {
    const far = connect(port, '127.0.0.1')
    sockets.push(near, far)
    far.pipe(near)
    let isFirst = true
    near.on('data', (piece) => {
      if (isFirst) far.write(piece)
      else void released.promise.then(() => far.write(piece))
      isFirst = false
    })
    near.on('error', () => {})
    far.on('error', () => {})
  })
  await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  const address = relay.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    release: released.resolve,
    close: () => {
      for (const socket of sockets) socket.destroy()
      relay.close()
    },
  }
}
