// Who attacks: a caller whose arguments are approved, helped by middleware or a handler that
// changes them; or one whose call changes a default for the next caller. What they would win:
// something else runs than was approved (W-3), or runs for somebody else (W-4).
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { type Call, createApp } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { post } from './attacked-app.ts'

let server: RunningServer
let ran: unknown[] = []
const attempts: string[] = []

/** Tries everything to change the arguments; says what worked. */
function tamper(where: string, args: Readonly<Record<string, unknown>>): void {
  const deep = args['deep'] as { list: { n: number }[]; map?: object }
  const tries: Record<string, () => unknown> = {
    assign: () => Object.assign(args, { amount: 999 }),
    define: () => Object.defineProperty(args, 'amount', { value: 999 }),
    add: () => Reflect.set(args, 'extra', 1) || fail(),
    delete: () => Reflect.deleteProperty(args, 'amount') || fail(),
    prototype: () => Object.setPrototypeOf(args, { amount: 999 }),
    'deep assign': () => Object.assign(deep, { list: [] }),
    'deep push': () => deep.list.push({ n: 999 }),
    'deep member': () => Object.assign(deep.list[0] ?? {}, { n: 999 }),
    'deep sort': () => deep.list.reverse(),
  }
  for (const [name, attempt] of Object.entries(tries)) {
    try {
      attempt()
      attempts.push(`${where}: ${name}`)
    } catch {
      // Refused, as it should be.
    }
  }
}

function fail(): never {
  throw new Error('refused')
}

beforeAll(async () => {
  const app = createApp({
    name: 'frozen',
    publicSurfaces: ['api', 'mcp', 'cli'],
    approval: ({ args }) => {
      tamper('hook', args)
      return true
    },
  })
  const shared = { list: [{ n: 1 }, { n: 2 }] }
  const Deep = z.object({ list: z.array(z.object({ n: z.number() })) })
  const schemas = {
    plain: Deep.default(shared),
    factory: Deep.default(() => shared),
    readonly: Deep.readonly().default(shared),
    transformed: Deep.default(shared).transform((value) => ({ ...value })),
  }
  for (const [name, deep] of Object.entries(schemas)) {
    app.post(
      `/${name}`,
      {
        name,
        description: 'x',
        tool: true,
        needsApproval: ['api', 'mcp'],
        params: { amount: z.number().default(1), deep },
        middleware: [
          (call: Call, next) => {
            tamper('middleware', call.args)
            return next()
          },
        ],
      },
      (args, call) => {
        tamper('handler', args)
        tamper('call', call.args)
        ran.push(structuredClone(args))
        return args
      },
    )
  }
  server = await serve(app, { port: 0, signals: false })
})
afterAll(() => server.close())

it.each(['plain', 'factory', 'readonly', 'transformed'])(
  'W-3 W-4 %s: nobody changes what was bound, not for this caller and not for the next',
  async (name) => {
    ran = []
    const headers = { 'approval-token': 'any' }
    for (let round = 0; round < 2; round++) {
      expect((await post(`${server.url}/${name}`, '', headers)).status).toBe(200)
      expect((await post(`${server.url}/${name}`, '{"amount":5}', headers)).status).toBe(200)
    }
    const deep = { list: [{ n: 1 }, { n: 2 }] }
    const round = [
      { amount: 1, deep },
      { amount: 5, deep },
    ]
    expect(ran).toEqual([...round, ...round])
    expect(attempts).toEqual([])
  },
)
