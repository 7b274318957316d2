// What an action asks reaches a typed client as a problem, and answers go back with the next call.
import { ask, createApp } from 'trefoil'
import { createClient, orThrow } from 'trefoil/client'
import { type RunningServer, serve } from 'trefoil/node'
import { client } from 'trefoil/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

const app = createApp({ env: {}, log: { level: 'silent' } })
const greet = app.post(
  '/greet/{place}',
  { name: 'greet', description: 'Greets.', public: true, asks: true, cli: true },
  async ({ place }, call) => {
    const { who } = await call.ask({ who: ask.form('Who?', z.object({ name: z.string().min(2) })) })
    return { place, who, source: call.source }
  },
)

let server: RunningServer
beforeAll(async () => {
  server = await serve(app, { port: 0, signals: false })
})
afterAll(() => server.close())

const CLIENTS = {
  'over HTTP': () => createClient<{ greet: typeof greet }>(server.url),
  'by name': () => createClient<{ greet: typeof greet }>(server.url, { surface: 'cli' }),
  'in process': () => client(app, { greet }),
  'in process, by name': () => client(app, { greet }, { surface: 'cli' }),
}

describe.each(Object.entries(CLIENTS))('%s', (_way, make) => {
  async function asked(place: string) {
    const result = await make().greet({ place })
    if (result.ok || result.error.code !== 'input_required') throw new Error('asked nothing')
    expect(result.error).toMatchObject({
      status: 409,
      details: { questions: { who: { kind: 'form', text: 'Who?' } } },
    })
    return String(result.error.details['request_state'])
  }

  test('the questions, and what any text that was typed comes to', async () => {
    const name = 'Zoë 😀 "\\\u2028\u0007\n'
    const requestState = await asked('Köln')
    const answers = { who: { action: 'accept', content: { name } } } as const
    const value = await orThrow(make().greet({ place: 'Köln' }, { requestState, answers }))
    expect(value).toMatchObject({ place: 'Köln', who: { action: 'accept', value: { name } } })
  })

  test('no, and no answer', async () => {
    for (const action of ['decline', 'cancel'] as const) {
      const requestState = await asked('a')
      const answers = { who: { action } }
      const value = await orThrow(make().greet({ place: 'a' }, { requestState, answers }))
      expect(value).toMatchObject({ who: { action } })
    }
  })

  test('what is not accepted is asked again, with the reason', async () => {
    const requestState = await asked('a')
    const answers = { who: { action: 'accept', content: { name: '' } } } as const
    const result = await make().greet({ place: 'a' }, { requestState, answers })
    expect(result).toMatchObject({
      ok: false,
      error: {
        code: 'input_required',
        details: { questions: { who: { issues: [{ pointer: '/name' }] } } },
      },
    })
  })

  test('of another call they answer nothing', async () => {
    const requestState = await asked('a')
    const answers = { who: { action: 'decline' } } as const
    expect(await make().greet({ place: 'b' }, { requestState, answers })).toMatchObject({
      error: { code: 'invalid_request_state', status: 400 },
    })
  })

  test('one without the other is a mistake of who calls', async () => {
    const alone = 'answers and requestState are given together'
    await expect(make().greet({ place: 'a' }, { answers: {} })).rejects.toThrow(alone)
    await expect(make().greet({ place: 'a' }, { requestState: 'x' })).rejects.toThrow(alone)
  })

  test('what no request can carry is told like what the server would refuse', async () => {
    const loop: Record<string, unknown> = {}
    loop['loop'] = loop
    for (const content of [loop, { n: Number.NaN }]) {
      const answers = { who: { action: 'accept', content } } as const
      const result = await make().greet({ place: 'a' }, { requestState: 'x', answers })
      expect(result).toMatchObject({ error: { code: 'VALIDATION_ERROR' } })
    }
  })
})

test('over HTTP: a state that no header can carry', async () => {
  const api = createClient<{ greet: typeof greet }>(server.url)
  for (const requestState of ['a\r\nx-admin: 1', 'ł']) {
    const result = await api.greet({ place: 'a' }, { requestState, answers: {} })
    expect(result).toMatchObject({ error: { code: 'VALIDATION_ERROR' } })
  }
})
