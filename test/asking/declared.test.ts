// What is said of an action that asks before anybody calls it, and what does not start.
import { ask, createApp, file } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

const quiet = { env: {}, log: { level: 'silent' } } as const
const auth = [
  {
    surfaces: ['api', 'mcp', 'cli'] as const,
    authenticate: (_request: unknown) => new AuthContext({ subject: 'ada' }),
  },
]

function asking(asks: boolean) {
  const app = createApp({
    ...quiet,
    name: 'store',
    publicSurfaces: ['api', 'mcp', 'cli'],
    docs: { public: true },
  })
  app.post(
    '/refund',
    { name: 'refund', description: 'Refunds.', asks, tool: true, cli: true },
    async (_args, call) => call.ask({ ok: ask.form('Sure?', z.object({ ok: z.boolean() })) }),
  )
  return app
}

/** Everything that tells of an action, as text. */
async function told(asks: boolean): Promise<Readonly<Record<string, string>>> {
  await using client = testClient(asking(asks))
  const text = async (path: string) => (await client.http.get(path)).text
  return {
    openapi: await text('/openapi.json'),
    page: await text('/docs'),
    'page of MCP': await text('/mcp/docs'),
    manifest: JSON.stringify(await client.cli.manifest()),
    tools: (await client.mcp.listTools()).response.text,
  }
}

describe('SURF-3: an action that asks says so', () => {
  test('in the OpenAPI document: the answer, and the headers to go on with', async () => {
    const { openapi } = await told(true)
    const operation = JSON.parse(openapi ?? '').paths['/refund'].post
    expect(operation).toMatchObject({
      'x-trefoil-asks': true,
      parameters: [
        { in: 'header', name: 'request-state', required: false },
        { in: 'header', name: 'request-answers', required: false },
      ],
      responses: {
        409: { description: expect.stringContaining('`input_required`') },
        400: { description: expect.stringMatching(/invalid_request_state.*invalid_answers/) },
      },
    })
  })

  test('in the manifest, the metadata of the tool, and on the pages', async () => {
    const { manifest, tools, page, 'page of MCP': pageOfMcp } = await told(true)
    expect(manifest).toContain('"asks":true')
    expect(tools).toContain('"trefoil/asks":true')
    expect(page).toContain('Asks its caller while it runs')
    expect(pageOfMcp).toContain('<span class="badge">asks</span>')
  })

  test('and of no other one anything of it is said', async () => {
    for (const text of Object.values(await told(false))) {
      expect(text).not.toMatch(/asks"|asks<|Asks its|request-state|input_required/)
    }
  })
})

describe('what could never go on with its answers does not start', () => {
  const action = { name: 'refund', description: 'R.', asks: true } as const
  const both = /asks: true is not for actions that may need an approval.*needsApproval.*agentWrites/

  test.each([
    ['tool', { tool: true, needsApproval: true }, 'api, mcp'],
    ['CLI action', { cli: true, needsApproval: true }, 'api, cli'],
    ['route', { tool: true, needsApproval: ['api'] }, 'api, mcp'],
  ] as const)('with needsApproval, as %s', async (_what, more, surfaces) => {
    const app = createApp({ ...quiet, auth, approval: () => true })
    app.post('/refund', { ...action, ...more }, () => 1)
    await expect(app.startup()).rejects.toThrow(both)
    await expect(app.startup()).rejects.toThrow(`as this one may on ${surfaces} by`)
  })

  test('of a group', async () => {
    const app = createApp({ ...quiet, auth, approval: () => true })
    app.group('/g', { needsApproval: true }).post('/refund', { ...action, tool: true }, () => 1)
    await expect(app.startup()).rejects.toThrow(both)
  })

  test("with the app's agentWrites, where it changes something", async () => {
    const start = async (more: object) => {
      const app = createApp({ ...quiet, auth, approval: () => true, agentWrites: 'approve' })
      app.post('/refund', { ...action, tool: true, ...more }, () => 1)
      await app.startup()
      await app.shutdown()
    }
    await expect(start({})).rejects.toThrow(both)
    await start({ changes: false })
    await start({ asks: false })
  })

  test('with files, which each round would send again', async () => {
    const app = createApp({ ...quiet, auth })
    app.post('/refund', { ...action, params: { photo: file() } }, () => 1)
    await expect(app.startup()).rejects.toThrow(
      "parameter 'photo': asks: true is not for actions with file parameters",
    )
  })
})
