import type { Socket } from 'node:net'

/** How many are kept before those that have spoken or gone are looked for. */
const FEW = 64

/**
 * Connections that have not said anything yet: browsers open some ahead of time. Node takes none
 * of them for idle, so a server that closes would wait for every one.
 *
 * Nobody tells us when one speaks or goes: a listener on each would be dearer than everything else
 * we do with a connection. They are looked through whenever there are twice as many as were left
 * the last time.
 */
export class SilentConnections {
  readonly #sockets = new Set<Socket>()
  #many = FEW

  add(socket: Socket): void {
    if (this.#sockets.size >= this.#many) this.#forgetOthers()
    this.#sockets.add(socket)
  }

  /** Ends all of them. */
  destroy(): void {
    this.#forgetOthers()
    for (const socket of this.#sockets) socket.destroy()
  }

  /** How many are held now, also of those that have spoken or gone. */
  get size(): number {
    return this.#sockets.size
  }

  #forgetOthers(): void {
    for (const socket of this.#sockets) {
      if (socket.destroyed || socket.bytesRead > 0) this.#sockets.delete(socket)
    }
    this.#many = Math.max(FEW, this.#sockets.size * 2)
  }
}
