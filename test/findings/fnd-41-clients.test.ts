// FND-41, FND-42 from outside: the official clients, over a socket, with every construct of zod in one
// list. A client that cannot load one schema loses all tools; one that refuses an answer throws.
import * as modern from '@modelcontextprotocol/client'
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OlderTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import fc from 'fast-check'
import { createApp } from 'trefoil'
import { type RunningServer, serve } from 'trefoil/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { ANSWERED } from './answered-schemas.ts'
import { ALL, ENV, Lines } from './surfaces.ts'

let server: RunningServer

beforeAll(async () => {
  const app = createApp({
    name: 'fnd-41',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: new Lines().logger },
  })
  for (const [name, { returns, values }] of Object.entries(ANSWERED)) {
    const [value] = fc.sample(values, 1)
    // Asked for again and again: one that is not plain data is handed out as it is.
    app.tool(name, { description: 'Answers.', returns: returns as never }, () => value as never)
  }
  app.tool(
    'takes',
    {
      description: 'Takes patterns.',
      params: {
        sku: z.string().regex(/^sku-[a-z]+$/),
        email: z.email(),
        odd: z.string().regex(/^(?!x)/),
      },
    },
    () => null,
  )
  server = await serve(app, { port: 0, signals: false })
})

afterAll(() => server.close())

interface Client {
  listTools(): Promise<{ readonly tools: readonly { readonly name: string }[] }>
  callTool(params: {
    readonly name: string
    readonly arguments: Record<string, unknown>
  }): Promise<{ readonly isError?: unknown }>
  close(): Promise<void>
}

const CLIENTS: Readonly<Record<string, (url: URL) => Promise<Client>>> = {
  'sdk 1.32': async (url) => {
    const client = new OlderClient({ name: 'a', version: '1' })
    await client.connect(new OlderTransport(url))
    return client
  },
  'client 2.4, by default': async (url) => {
    const client = new modern.Client({ name: 'a', version: '1' })
    await client.connect(new modern.StreamableHTTPClientTransport(url))
    return client
  },
  'client 2.4, 2026-07-28': async (url) => {
    const client = new modern.Client(
      { name: 'a', version: '1' },
      { versionNegotiation: { mode: { pin: '2026-07-28' } } },
    )
    await client.connect(new modern.StreamableHTTPClientTransport(url))
    return client
  },
}

test.each(Object.keys(CLIENTS))('%s loads every tool and takes every answer', async (name) => {
  const client = await CLIENTS[name]?.(new URL(`${server.url}/mcp`))
  if (client === undefined) throw new Error('no client')
  try {
    const { tools } = await client.listTools()
    expect(tools).toHaveLength(Object.keys(ANSWERED).length + 1)
    const outcomes = await Promise.all(
      Object.keys(ANSWERED).map(async (tool) => {
        try {
          const { isError } = await client.callTool({ name: tool, arguments: {} })
          return isError === true ? `${tool}: an error` : null
        } catch (error) {
          return `${tool}: ${error}`
        }
      }),
    )
    expect(outcomes.filter((outcome) => outcome !== null)).toEqual([])
  } finally {
    await client.close()
  }
})
