// The ways in which a runtime can have requests answered by an app.
import { createServer } from 'node:http'
import process from 'node:process'
import { serve, toNodeHandler } from 'trefoil/node'
import { createProbeApp } from './app.mjs'

const { Bun, Deno } = globalThis

/** Name and version of the runtime this is. */
export function runtime() {
  if (Bun !== undefined) return { name: 'Bun', version: Bun.version }
  if (Deno !== undefined) return { name: 'Deno', version: Deno.version.deno }
  return { name: 'Node', version: process.versions.node }
}

/** By name, each opens an app and says how to ask it. */
export const WAYS = {
  async 'app.fetch'() {
    const { app } = await started()
    return {
      send: (path, init) => app.fetch(new Request(`http://localhost${path}`, init)),
      port: null,
      decodes: false,
      close: () => app.shutdown(),
    }
  },
  ...(Bun === undefined ? {} : { 'Bun.serve': serveWithBun }),
  ...(Deno === undefined ? {} : { 'Deno.serve': serveWithDeno }),
  async toNodeHandler() {
    const { app } = await started()
    const server = createServer(toNodeHandler(app))
    await new Promise((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    return onPort(server.address().port, async () => {
      const closed = new Promise((resolve) => {
        server.close(resolve)
      })
      server.closeAllConnections()
      await closed
      await app.shutdown()
    })
  },
  async serve() {
    const { app } = createProbeApp()
    const server = await serve(app, { port: 0, signals: false })
    return onPort(server.port, () => server.close())
  },
}

async function serveWithBun() {
  const { app } = await started()
  const server = Bun.serve({
    port: 0,
    hostname: '127.0.0.1',
    idleTimeout: 0,
    fetch: (request, host) =>
      app.fetch(request, { clientAddress: host.requestIP(request)?.address }),
  })
  return onPort(server.port, async () => {
    await server.stop(true)
    await app.shutdown()
  })
}

async function serveWithDeno() {
  const { app } = await started()
  const server = Deno.serve({ port: 0, hostname: '127.0.0.1', onListen() {} }, (request, info) =>
    app.fetch(request, { clientAddress: info.remoteAddr.hostname }),
  )
  return onPort(server.addr.port, async () => {
    await server.shutdown()
    await app.shutdown()
  })
}

async function started() {
  const probe = createProbeApp()
  await probe.app.startup()
  return probe
}

function onPort(port, close) {
  return {
    send: (path, init) => fetch(`http://127.0.0.1:${port}${path}`, init),
    port,
    decodes: true,
    close,
  }
}
