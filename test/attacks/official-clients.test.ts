// The official clients, cancelling and closing in the middle of a call.

import * as modern from '@modelcontextprotocol/client'
import { Client as LegacyClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as LegacyTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { createApp, dependency, stream } from 'trefoil'
import { AuthContext, type AuthRequest } from 'trefoil/auth'
import { serve } from 'trefoil/node'
import { expect, test } from 'vitest'
import { Lines, within } from '../findings/surfaces.ts'
import { eventually } from './eventually.ts'

// A notification calls nothing off of a caller whom nobody identified.
const OPEN = {
  publicSurfaces: ['api', 'cli'],
  auth: [
    {
      surfaces: ['mcp'],
      authenticate: ({ bearer }: AuthRequest) =>
        bearer === null ? null : new AuthContext({ subject: bearer }),
    },
  ],
} as const
const requestInit = { headers: { authorization: 'Bearer ann' } }
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function build() {
  const seen = {
    began: 0,
    aborted: 0,
    ended: 0,
    closed: [] as string[],
    records: [] as string[],
    late: 0,
  }
  const gate = Promise.withResolvers<void>()
  const db = dependency(async function* () {
    try {
      yield 1
      seen.closed.push('commit')
    } catch (error) {
      seen.closed.push(error instanceof Error ? error.message : String(error))
      throw error
    }
  })
  const app = createApp({
    ...OPEN,
    log: {
      logger: new Lines().logger,
      onCall: ({ action, outcome, problem }) => {
        if (action !== null) seen.records.push(`${action} ${outcome} ${problem}`)
      },
    },
  })
  app.tool('slow', { description: 'Slow.', params: { db } }, async (_args, call) => {
    seen.began++
    call.signal.addEventListener('abort', () => void seen.aborted++)
    await gate.promise
    try {
      await call.resolve(dependency(() => void seen.late++))
    } catch {}
    seen.ended++
    return 'done'
  })
  app.tool('flow', { description: 'Flows.', params: { db } }, () => {
    seen.began++
    return stream(
      (async function* () {
        for (;;) {
          yield 'x'
          await later(20)
        }
      })(),
    )
  })
  return { app, seen, gate }
}

for (const era of ['legacy', 'modern'] as const) {
  for (const way of ['abort', 'close', 'timeout'] as const) {
    for (const tool of ['slow', 'flow'] as const) {
      test(`${era} client, ${way} of ${tool}`, async () => {
        const { app, seen, gate } = build()
        const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
        const url = new URL(`${server.url}/mcp`)
        try {
          const leaving = new AbortController()
          const options = { signal: leaving.signal, ...(way === 'timeout' ? { timeout: 150 } : {}) }
          let end: () => Promise<void>
          let call: Promise<unknown>
          if (era === 'legacy') {
            const client = new LegacyClient({ name: 'a', version: '1' })
            await client.connect(new LegacyTransport(url, { requestInit }))
            call = client.callTool({ name: tool, arguments: {} }, undefined, options)
            end = () => client.close()
          } else {
            const client = new modern.Client(
              { name: 'a', version: '1' },
              { versionNegotiation: { mode: { pin: '2026-07-28' } } },
            )
            await client.connect(new modern.StreamableHTTPClientTransport(url, { requestInit }))
            call = client.callTool({ name: tool, arguments: {} }, options)
            end = () => client.close()
          }
          const outcome = call.then(
            () => 'answered',
            () => 'failed',
          )
          await eventually(() => expect(seen.began).toBe(1))
          if (way === 'abort') leaving.abort()
          if (way === 'close') await end()
          expect(await within(outcome, 'the call', 3000)).toBe('failed')
          await later(200)
          gate.resolve()
          await later(100)
          // A legacy client calls off by notifications/cancelled and keeps its connection.
          if (era === 'modern' || tool === 'flow' || way !== 'close') {
            expect(seen.closed, JSON.stringify(seen)).toHaveLength(1)
            expect(seen.closed[0]).not.toBe('commit')
            expect(seen.late).toBe(0)
          } else {
            expect(seen.ended).toBe(1)
          }
          expect(seen.records).toHaveLength(1)
          await end()
        } finally {
          await within(server.close(), 'server.close()', 10_000)
        }
      })
    }
  }
}
