import { z } from 'zod'
import { createApp, handle, reply } from '../../packages/trefoil/src/index.ts'
import type { FixtureApp } from './fixture-app.ts'
import { VALUES } from './values.ts'

const ALL = ['api', 'mcp', 'cli'] as const

/** What the log was told, for assertions. */
export interface Logged {
  errors: number
}

class Odd extends Error {
  readonly returned: unknown
  constructor(returned: unknown) {
    super('odd')
    this.returned = returned
  }
}

/** One app that returns every value of the table in every way. */
export function createValuesApp(logged: Logged): FixtureApp {
  const ignore = () => {}
  const app = createApp({
    name: 'values',
    env: {},
    publicSurfaces: ALL,
    log: {
      logger: { debug: ignore, info: ignore, warn: ignore, error: () => void logged.errors++ },
    },
  })
  const params = { row: z.string() }
  const on = (name: string) => ({
    name,
    description: `Does ${name}.`,
    tool: true,
    cli: true,
    params,
  })
  const make = (row: string) => VALUES[row]?.make()
  app.post('/plain', on('plain'), ({ row }) => make(row))
  app.post('/late', on('late'), async ({ row }) => {
    await null
    return make(row)
  })
  app.post('/replied', on('replied'), ({ row }) =>
    reply(make(row), { headers: { 'x-mark': '1' }, meta: { row } }),
  )
  app.post('/member', on('member'), ({ row }) => ({ inside: make(row) }))
  app.post('/item', on('item'), ({ row }) => [make(row)])
  app.post('/deep', on('deep'), ({ row }) => ({ a: {}, b: [{ c: { inside: make(row) } }] }))
  app.post('/promised', { ...on('promised'), returns: z.unknown() }, ({ row }) => make(row))
  app.post(
    '/checked',
    { ...on('checked'), returns: z.any().refine(async () => true) },
    ({ row }) => ({ inside: make(row) }),
  )
  app.post('/wrapped', { ...on('wrapped'), middleware: [async (_, next) => next()] }, ({ row }) =>
    make(row),
  )
  const errorHandlers = [handle(Odd, ({ returned }) => returned)]
  app.post('/handled', { ...on('handled'), errorHandlers }, ({ row }) => {
    throw new Odd(make(row))
  })
  return app
}
