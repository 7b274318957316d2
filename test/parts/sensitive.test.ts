import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  type CallRecord,
  createApp,
  dependency,
  field,
  path,
} from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'

const SECRET = 'hunter2-hunter2'

/** Schemas that repeat what they refuse, as careless ones do. */
const echoing = z
  .string()
  .refine(() => false, { error: ({ input }) => `'${input}' is no password` })
const throwing = z.string().refine((value) => {
  throw new Error(`cannot look at ${value}`)
})
const later = z.string().refine(async (value) => {
  throw new Error(`cannot look at ${value}`)
})
const keyed = z.record(z.string().max(3), z.string())

function fixture() {
  const told: unknown[] = []
  const records: CallRecord[] = []
  const log = (...entry: unknown[]) => {
    for (const one of entry) told.push(one)
    const err: unknown = Object(entry[0]).err
    if (err instanceof Error) told.push(err.message, err.stack)
  }
  const app = createApp({
    env: {},
    log: {
      logger: { debug: log, info: log, warn: log, error: log },
      onCall: (record) => void records.push(record),
      access: (event) => void told.push(event),
    },
  })
  const both = { tool: true, cli: true, description: 'Does it.' } as const
  for (const [name, schema] of Object.entries({ echoing, throwing, later, keyed })) {
    app.post(
      `/${name}`,
      { ...both, name, params: { secret: field<z.ZodType>(schema, { sensitive: true }) } },
      () => 'done',
    )
  }
  app.get(
    '/reset/{code}',
    { ...both, name: 'reset', params: { code: path(z.string().min(3), { sensitive: true }) } },
    () => 'done',
  )
  app.get(
    '/pin/{pin:int}',
    { name: 'pin', params: { pin: path(z.int(), { sensitive: true }) } },
    () => 'done',
  )
  return { app, told, records }
}

/** Everything that was told of a call, and everything that was answered. */
function texts(...all: unknown[]): string {
  return JSON.stringify(all)
}

describe('the value of a sensitive parameter is told to nobody', () => {
  test.each(['echoing', 'throwing', 'later'])('by a schema that is %s', async (name) => {
    const { app, told, records } = fixture()
    await using client = testClient(app)
    const args = { secret: SECRET }
    const answers = [
      (await client.http.post(`/${name}`, { json: args })).text,
      await client.mcp.callTool(name, args),
      await client.cli.call(name, args),
      await client.cli.call(name, args, { local: true }),
      await client.cli.call(name, args, { dryRun: true }),
    ]
    expect(records).toHaveLength(answers.length)
    expect(texts(answers, told, records)).not.toContain(SECRET)
    expect(texts(answers)).not.toContain('"done"')
  })

  test('by its keys', async () => {
    const { app } = fixture()
    await using client = testClient(app)
    const answer = await client.http.post('/keyed', { json: { secret: { [SECRET]: 'x' } } })
    expect(answer.status).toBe(400)
    expect(answer.text).not.toContain(SECRET)
    expect(answer.json()).toMatchObject({ issues: [{ source: 'body', name: 'secret' }] })
  })

  test('by the path in records and access log, whatever became of the request', async () => {
    const { app, told, records } = fixture()
    await using client = testClient(app)
    await client.http.get(`/reset/${SECRET}`)
    await client.http.delete(`/reset/${SECRET}`)
    await client.http.request('OPTIONS', `/reset/${SECRET}`)
    await client.http.get(`/pin/${SECRET}`)
    await client.http.get('/pin/4711')
    await client.http.get(`/reset/${SECRET}`, { headers: { host: 'evil.example' } })
    expect(records.map(({ http }) => http?.path)).toEqual([
      '/reset/{code}',
      '/reset/{code}',
      '/reset/{code}',
      '/pin/{pin}',
      '/pin/{pin}',
      '/reset/{code}',
    ])
    expect(texts(told, records)).not.toMatch(/hunter2|4711/)
  })

  test('by the report of a dry run', async () => {
    const { app } = fixture()
    await using client = testClient(app)
    const report = await client.cli.call('reset', { code: SECRET }, { dryRun: true })
    expect(report).toMatchObject({ dry_run: true, path: expect.stringMatching(/^\/reset\//) })
    expect(
      texts(report, await client.mcp.callTool('reset', { code: SECRET }, { dryRun: true })),
    ).not.toContain(SECRET)
  })

  test('by examples and defaults of its schema', async () => {
    const schema = z
      .object({ default: z.string().meta({ examples: [SECRET] }) })
      .meta({ examples: [{ default: SECRET }] })
    const app = createApp({ env: {}, publicSurfaces: ['api', 'mcp', 'cli'] })
    app.post(
      '/x',
      {
        name: 'x',
        description: 'Does it.',
        tool: true,
        cli: true,
        params: { secret: field(schema, { sensitive: true }) },
      },
      () => 'done',
    )
    await using client = testClient(app)
    const manifest = await client.cli.manifest()
    expect(manifest).toMatchObject({
      actions: [
        {
          sensitive: ['secret'],
          input_schema: { properties: { secret: { writeOnly: true, required: ['default'] } } },
        },
      ],
    })
    const shown = [
      manifest,
      await client.mcp.listTools(),
      (await client.http.get('/openapi.json')).text,
      (await client.http.get('/docs')).text,
      (await client.http.get('/mcp/docs')).text,
    ]
    expect(texts(shown)).not.toContain(SECRET)
    // The member that has the name of a keyword is still there.
    expect(texts(manifest)).toContain('"default":{"type":"string"}')
  })

  test('a parameter that is not sensitive is told as before', async () => {
    const app = createApp({ env: {} })
    app.post('/x', { params: { plain: echoing } }, () => 'done')
    await using client = testClient(app)
    expect((await client.http.post('/x', { json: { plain: SECRET } })).text).toContain(SECRET)
  })
})

describe('changes, external and preview', () => {
  const both = { tool: true, cli: true, description: 'Does it.' } as const

  test('follow the method unless the action says otherwise, on call.action and in the manifest', async () => {
    const app = createApp({ env: {} })
    const facts = (
      _args: unknown,
      { action }: { action: { changes: boolean; external: boolean } },
    ) => ({
      changes: action.changes,
      external: action.external,
    })
    app.get('/a', { ...both, name: 'a' }, facts)
    app.post('/b', { ...both, name: 'b' }, facts)
    app.post('/c', { ...both, name: 'c', changes: false }, facts)
    app.get('/d', { ...both, name: 'd', changes: true, external: true }, facts)
    app.tool('e', { description: 'Does it.', cli: true }, facts)
    await using client = testClient(app)
    const wanted = { a: false, b: true, c: false, d: true, e: true }
    const manifest = await client.cli.manifest()
    if ('ok' in manifest) throw new Error('no manifest')
    const listed = manifest.actions.map(({ name, changes }) => [name, changes])
    expect(Object.fromEntries(listed)).toEqual(wanted)
    for (const [name, changes] of Object.entries(wanted)) {
      const answer = await client.cli.call(name)
      expect(answer).toMatchObject({ body: { changes, external: name === 'd' } })
    }
    expect(app.catalogue.actions.map(({ external }) => external)).toEqual([
      ...[false, false, false, true, false],
    ])
    const document = (await client.http.get('/openapi.json')).json()
    expect(document).toMatchObject({
      paths: {
        '/c': { post: { 'x-trefoil-changes': false } },
        '/d': { get: { 'x-trefoil-changes': true, 'x-trefoil-external': true } },
      },
    })
    expect(JSON.stringify(document).match(/x-trefoil-changes/g)).toHaveLength(2)
  })

  test('are flags and nothing else', () => {
    const app = createApp({ env: {} })
    // @ts-expect-error text
    app.get('/a', { changes: 'no' }, () => 1)
    expect(() => app.catalogue).toThrow('changes must be true or false')
    expect(() => field(z.string(), { sensitive: 'yes' as never })).toThrow('sensitive must be true')
    expect(() => dependency(() => 1, { preview: 'yes' as never })).toThrow("preview must be 'safe'")
    expect(dependency(() => 1, { preview: 'safe' }).preview).toBe('safe')
    expect(dependency(() => 1).preview).toBeNull()
  })
})
