import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../create-app.ts'

type App = ReturnType<typeof bare>
const bare = () =>
  createApp({
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  })

async function mistake(declare: (app: App) => void): Promise<string> {
  try {
    const app = bare()
    declare(app)
    await app.startup()
    await app.shutdown()
  } catch (error) {
    return String(error)
  }
  return ''
}

const handler = () => 'x'

describe('APP-2: what is no resource is refused at start', () => {
  it.each<[string, (app: App) => void, string]>([
    [
      'no URI',
      (app) => app.resource('products', { name: 'a' }, handler),
      'is no URI of a resource',
    ],
    ['no name', (app) => app.resource('a://b', {} as never, handler), 'resources need a name'],
    [
      'an option of routes',
      (app) => app.resource('a://b', { name: 'a', tool: true } as never, handler),
      'tool is an option of routes and tools',
    ],
    [
      'a change',
      (app) => app.resource('a://b', { name: 'a', changes: true } as never, handler),
      'changes can only be false',
    ],
    [
      'a misspelt option',
      (app) => app.resource('a://b', { name: 'a', gaurds: [] } as never, handler),
      'guards',
    ],
    [
      'a type',
      (app) => app.resource('a://b', { name: 'a', type: 'nonsense' }, handler),
      'type must be a media type',
    ],
    ['a size', (app) => app.resource('a://b', { name: 'a', size: -1 }, handler), 'size must be'],
    [
      'entries of a literal',
      (app) => app.resource('a://b', { name: 'a', entries: () => ({ items: [] }) }, handler),
      'only templates have it',
    ],
    [
      'what a URI cannot say',
      (app) => app.resource('a://{b}', { name: 'a', params: { c: z.string() } }, handler),
      "cannot say 'c', which is required",
    ],
    [
      'a variable of a route that is none of its',
      (app) => app.get('/a', { name: 'a', resource: 'a://{b}' }, handler),
      'a variable {b} that is no parameter',
    ],
    [
      'a route that is no GET',
      (app) => app.post('/a', { name: 'a', resource: 'a://b' }, handler),
      'resource is for GET routes',
    ],
    [
      'two of a name',
      (app) => {
        app.resource('a://b', { name: 'a' }, handler)
        app.resource('a://c', { name: 'a' }, handler)
      },
      "Duplicate resource name: a (app.resource('a://b') and app.resource('a://c'))",
    ],
    [
      'two of a URI',
      (app) => {
        app.resource('a://{b}/c', { name: 'a' }, handler)
        app.resource('a://{d}/c', { name: 'b' }, handler)
      },
      'both are found by the same URIs',
    ],
  ])('%s', async (_, declare, text) => {
    expect(await mistake(declare)).toContain(text)
  })

  it('a tool may have the name of a resource, and a literal URI may be one of a template', async () => {
    const found = await mistake((app) => {
      app.tool('a', { description: 'A.' }, handler)
      app.resource('a://{b}', { name: 'a' }, handler)
      app.resource('a://b', { name: 'b' }, handler)
    })
    expect(found).toBe('')
  })
})

it('P-MWL-3: the limit of a tool is not that of a resource of its name', async () => {
  const app = bare()
  app.tool('a', { description: 'A.', concurrency: 1 }, handler)
  app.resource('a://b', { name: 'a', concurrency: 7 }, handler)
  await app.startup()
  const { actions } = app.concurrency()
  expect(Object.keys(actions)).toEqual(['a', 'resource:a'])
  await app.shutdown()
})
