import type { Server } from 'node:http'
import type { Socket } from 'node:net'

/** How many are held before those that are closed are looked for. */
const FEW = 64

/** Milliseconds after which they are looked for in any case. */
const STEP = 5000

/**
 * The connections of one listener: ends those that a closing server would wait for in vain. None of
 * them has a listener of ours: one was a tenth of a connection with one call.
 */
export class OpenConnections {
  readonly #sockets = new Set<Socket>()
  #many = FEW

  /** @param server its connections are held from now on */
  constructor(server: Server) {
    server.on('connection', (socket: Socket) => this.#add(socket))
    server.on('listening', () => {
      const timer = setInterval(() => this.#forgetClosed(), STEP).unref()
      server.once('close', () => clearInterval(timer))
    })
  }

  /** How many are held, also of those that have been closed. */
  get size(): number {
    return this.#sockets.size
  }

  /**
   * Ends connections that nothing was ever said on: browsers open some ahead of time. Node takes
   * none of them for idle.
   */
  endSilent(): void {
    for (const socket of this.#sockets) if (socket.bytesRead === 0) socket.destroy()
  }

  #add(socket: Socket): void {
    if (this.#sockets.size >= this.#many) this.#forgetClosed()
    this.#sockets.add(socket)
  }

  #forgetClosed(): void {
    for (const socket of this.#sockets) if (socket.destroyed) this.#sockets.delete(socket)
    this.#many = Math.max(FEW, this.#sockets.size * 2)
  }
}
