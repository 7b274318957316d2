// What the official clients make of blocks and of progress: they hold each message to their own schemas.
import * as modern from '@modelcontextprotocol/client'
import { Client as OlderClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as OlderTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { content, createApp, reply } from 'trefoil'
import { type RunningServer, serve } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'

const BYTES = new Uint8Array([0x89, 0x50, 0xff])
const BASE64 = 'iVD/'
const annotations = { audience: ['user'], priority: 1, lastModified: new Date(0) } as const
const meta = { 'example.com/n': 1 }
let server: RunningServer

beforeAll(async () => {
  const app = createApp({
    name: 'clients',
    publicSurfaces: ['mcp'],
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  })
  app.tool('blocks', { description: 'Of each kind.', returns: z.object({ id: z.int() }) }, () =>
    reply(
      { id: 7 },
      {
        content: [
          content.text('a', { annotations, meta }),
          content.image(BYTES, 'image/png', { annotations, meta }),
          content.audio(BASE64, 'audio/wav', { annotations, meta }),
          content.link('order://7', {
            name: 'o7',
            title: 'Order 7',
            description: 'It.',
            mimeType: 'text/plain',
            size: 3,
            annotations,
            meta,
          }),
          content.embed('order://7', '{}', 'application/json', { annotations, meta }),
          content.embed('order://8', BYTES, 'application/pdf', { annotations, meta }),
        ],
      },
    ),
  )
  app.tool('list', { description: 'A list, of which nothing is promised.' }, () =>
    reply([1, 2], { content: [content.text('two')] }),
  )
  app.tool('steps', { description: 'Reports.', returns: z.string() }, async (_args, call) => {
    for (let done = 1; done <= 3; done++) {
      call.progress(done, 3, `row ${done}`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    return 'done'
  })
  server = await serve(app, { port: 0, signals: false })
})

afterAll(() => server.close())

interface Progress {
  readonly progress: number
  readonly total?: number | undefined
  readonly message?: string | undefined
}

interface Connected {
  call(name: string, onprogress?: (progress: Progress) => void): Promise<Record<string, unknown>>
  close(): Promise<void>
}

async function newer(options: modern.ClientOptions): Promise<Connected> {
  const client = new modern.Client({ name: 'a', version: '1' }, options)
  await client.connect(new modern.StreamableHTTPClientTransport(new URL(`${server.url}/mcp`)))
  return {
    call: async (name, onprogress) => ({
      ...(await client.callTool({ name }, onprogress === undefined ? {} : { onprogress })),
    }),
    close: () => client.close(),
  }
}

async function older(): Promise<Connected> {
  const client = new OlderClient({ name: 'a', version: '1' })
  await client.connect(new OlderTransport(new URL(`${server.url}/mcp`)))
  return {
    call: async (name, onprogress) => ({
      ...(await client.callTool(
        { name },
        undefined,
        onprogress === undefined ? {} : { onprogress },
      )),
    }),
    close: () => client.close(),
  }
}

describe.each([
  ['sdk 1.32', older],
  ['client 2.4, by default', () => newer({})],
  ['client 2.4, by itself', () => newer({ versionNegotiation: { mode: 'auto' } })],
  ['client 2.4, 2026-07-28', () => newer({ versionNegotiation: { mode: { pin: '2026-07-28' } } })],
] as const)('%s', (_, open) => {
  const more = {
    annotations: { audience: ['user'], priority: 1, lastModified: '1970-01-01T00:00:00.000Z' },
    _meta: meta,
  }

  it('MCP 1.7: takes every block as it was said', async () => {
    const client = await open()
    const result = await client.call('blocks')
    expect(result['structuredContent']).toEqual({ id: 7 })
    expect(result['content']).toEqual([
      { type: 'text', text: 'a', ...more },
      { type: 'image', data: BASE64, mimeType: 'image/png', ...more },
      { type: 'audio', data: BASE64, mimeType: 'audio/wav', ...more },
      {
        type: 'resource_link',
        uri: 'order://7',
        name: 'o7',
        title: 'Order 7',
        description: 'It.',
        mimeType: 'text/plain',
        size: 3,
        ...more,
      },
      {
        type: 'resource',
        resource: { uri: 'order://7', mimeType: 'application/json', text: '{}' },
        ...more,
      },
      {
        type: 'resource',
        resource: { uri: 'order://8', mimeType: 'application/pdf', blob: BASE64 },
        ...more,
      },
    ])
    await client.close()
  })

  it('MCP 1.7: takes structured content that nothing was promised of', async () => {
    const client = await open()
    const result = await client.call('list')
    expect(result['content']).toEqual([{ type: 'text', text: 'two' }])
    expect([[1, 2], { result: [1, 2] }]).toContainEqual(result['structuredContent'])
    await client.close()
  })

  it('W-31c: hears of progress, and is given the result', async () => {
    const client = await open()
    const seen: Progress[] = []
    const result = await client.call('steps', (progress) => seen.push(progress))
    expect(seen.length).toBeGreaterThan(0)
    expect(seen.at(-1)).toMatchObject({ progress: 3, total: 3, message: 'row 3' })
    expect(seen.map(({ progress }) => progress)).toEqual(
      [...new Set(seen.map(({ progress }) => progress))].sort(),
    )
    expect(result['content']).toEqual([{ type: 'text', text: 'done' }])
    // Without a listener the same call is answered with a document.
    expect((await client.call('steps'))['content']).toEqual([{ type: 'text', text: 'done' }])
    await client.close()
  })
})
