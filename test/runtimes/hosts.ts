import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve as serveHono } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { serve, toNodeHandler } from '../../packages/trefoil/src/node.ts'
import type { MountedApp } from './mounted-app.ts'

/** A server around a mounted app. */
export interface Host {
  readonly url: string
  close(): Promise<void>
}

/** How each runtime takes an app in, at the root. */
export const HOSTS: Readonly<Record<string, (mounted: MountedApp) => Promise<Host>>> = {
  async serve({ app }) {
    return serve(app, { port: 0, signals: false })
  },
  async 'node:http'({ app }) {
    return listen(createServer(toNodeHandler(app)))
  },
  async express({ app }) {
    const host = express()
    host.use(toNodeHandler(app))
    return listenTo(host)
  },
  async fastify({ app }) {
    const host = fastify()
    host.removeAllContentTypeParsers()
    host.addContentTypeParser('*', (_request, _payload, done) => done(null))
    const handler = toNodeHandler(app)
    host.all('/*', (request, reply) => {
      reply.hijack()
      handler(request.raw, reply.raw)
    })
    const url = await host.listen({ port: 0, host: '127.0.0.1' })
    return { url, close: () => host.close() }
  },
  async hono({ app }) {
    const host = new Hono()
    host.all('*', (c) =>
      app.fetch(c.req.raw, { clientAddress: getConnInfo(c).remote.address ?? null }),
    )
    return new Promise((resolve) => {
      const server = serveHono({ fetch: host.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) =>
        // Without HTTP/2 options the adapter makes a server of node:http.
        resolve({ url: `http://127.0.0.1:${port}`, close: () => closeServer(server as Server) }),
      )
    })
  },
}

export function listenTo(listener: RequestListener): Promise<Host> {
  return listen(createServer(listener))
}

async function listen(server: Server): Promise<Host> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, close: () => closeServer(server) }
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => {
    server.close(() => resolve())
  })
}
