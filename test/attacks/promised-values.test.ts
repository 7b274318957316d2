// Who attacks: a handler, guard or schema in JavaScript, against what is promised of values: what was
// bound and hashed is what runs, what `returns` names is what leaves, `meta` never leaves.
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { guard } from '../../packages/trefoil/src/auth.ts'
import { form, reply, sse, stream } from '../../packages/trefoil/src/index.ts'
import { ask, hostile, known, schema, send, untyped } from './hostile.ts'

const APPROVAL = { 'approval-token': 't' }

describe('what leaves', () => {
  // No attack is needed: `return reply(await next(), { headers })` in a middleware does it.
  test('meta and cookies of a reply that a middleware wraps', async () => {
    const app = hostile()
    app.use(async (_, next) => reply(await next(), { headers: { 'x-a': '1' } }))
    app.get('/x', () => reply({ a: 1 }, { meta: { secret: 'META' }, cookies: { sid: 'SID' } }))
    const { text } = await ask(app, '/x')
    expect(text).not.toContain('META')
    expect(text).not.toContain('SID')
  })

  // Was wrong: engine/answer/stream.ts:83: pieces go out by reference, though collect-stream.ts copies them
  // for agents: a source that reads into the same memory sends the last piece over and over
  test('pieces of a stream whose source reuses its memory', async () => {
    const pieces = async function* () {
      const memory = new Uint8Array(1)
      for (const letter of 'abcd') {
        memory.fill(letter.charCodeAt(0))
        yield memory
      }
    }
    const app = hostile()
    app.get('/x', () => stream(pieces(), { contentType: 'text/plain' }))
    expect((await ask(app, '/x')).text).toBe('abcd')
  })

  // Was wrong: engine/answer/collect-stream.ts:35: events are measured as they come, and written at the end
  test('events of a stream whose source reuses its object, for an agent', async () => {
    const events = async function* () {
      const event = { data: '1' }
      yield event
      event.data = '2'
      yield event
      event.data = '3'
    }
    const app = hostile()
    app.action('watch', { description: 'x', cli: true }, () => sse(events()))
    const { text } = await send(app, '/__trefoil__/actions/call', { action: 'watch' })
    expect(JSON.parse(text)).toMatchObject({ body: ['1', '2'] })
  })

  test('a reply inside a value is refused', async () => {
    const app = hostile()
    app.get('/x', () => ({ odd: reply(1, { meta: { s: 'LEAKED' } }) }))
    expect((await ask(app, '/x')).text).not.toContain('LEAKED')
  })

  test('meta in a record is frozen', async () => {
    const inner = { a: 1 }
    let seen: unknown
    const app = hostile({
      log: {
        onCall: (record: { meta: { inner: { a: number } } }) => {
          try {
            record.meta.inner.a = 2
          } catch {}
          seen = record.meta.inner.a
        },
      },
    })
    app.get('/x', () => reply(1, { meta: { inner } }))
    await ask(app, '/x')
    expect(seen).toBe(1)
  })
})

describe('what is bound', () => {
  test('a guard that reads the body does not write the arguments', async () => {
    const app = known()
    const check = async (_: unknown, call: { request: { body(): Promise<Uint8Array> } }) => {
      const bytes = await call.request.body()
      bytes.set(new TextEncoder().encode('{"amount":9}'))
      return true
    }
    app.post(
      '/x',
      { params: { amount: z.number() }, guards: [guard({ name: 'G', check })] },
      (a) => a,
    )
    expect((await send(app, '/x', { amount: 1 })).text).toBe('{"amount":1}')
  })

  test('a guard that reads the form does not write the arguments', async () => {
    const app = known()
    const check = untyped(
      async (_: unknown, call: { request: { form(): Promise<{ fields: unknown[] }> } }) => {
        const { fields } = await call.request.form()
        try {
          fields.push(['amount', '9'])
        } catch {}
        return true
      },
    )
    const params = { amount: form(z.string()) }
    app.post('/x', { params, guards: [guard({ name: 'G', check })] }, (args) => args)
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const { text } = await ask(app, '/x', { method: 'POST', headers, body: 'amount=1' })
    expect(text).toBe('{"amount":"1"}')
  })

  // Was wrong: engine/stages/bind.ts:82: `result.value` is read twice, and only the first one is frozen
  test('what a schema answered is frozen, not another', async () => {
    const a = schema(() => ({
      get value() {
        return { amount: 1 }
      },
    }))
    const approval = ({ args }: { args: { a: { amount: number } } }) => {
      try {
        args.a.amount = 999
      } catch {}
      return true
    }
    const app = hostile({ approval })
    app.post('/x', { needsApproval: ['api'], params: { a } }, (args) => args)
    expect((await send(app, '/x', { a: {} }, APPROVAL)).text).toBe('{"a":{"amount":1}}')
  })

  // Was wrong: `argumentsOf` of the engine: copies are made when asked for, of a date that others may hold
  test('a date that was approved is the date that runs, though its schema shares it', async () => {
    const shared = new Date(0)
    const app = hostile({
      approval: () => {
        shared.setTime(86_400_000)
        return true
      },
    })
    const due = z.string().transform(() => shared)
    app.post('/x', { needsApproval: ['api'], params: { due } }, (args) => args)
    expect((await send(app, '/x', { due: 'x' }, APPROVAL)).text).toContain('1970-01-01')
  })

  test('other bytes are copies too', async () => {
    const app = hostile()
    app.use((call, next) => {
      const { list } = call.args as { list: Int32Array }
      list[0] = 9
      return next()
    })
    const list = z.string().transform(() => new Int32Array([1]))
    app.post('/x', { params: { list } }, (args) => [...args.list])
    expect((await send(app, '/x', { list: 'x' })).text).toBe('[1]')
  })

  test('copies are of the same class', async () => {
    const app = hostile()
    const text = z.string().transform((given) => Buffer.from(given))
    app.post('/x', { params: { text } }, (args) => args.text.toString())
    expect((await send(app, '/x', { text: 'hi' })).text).toBe('hi')
  })
})

describe('a dry run', () => {
  const built = () => {
    const ran: string[] = []
    const app = hostile()
    app.action('erase', { description: 'x', tool: true, cli: true }, () => {
      ran.push('erase')
      return 'RAN'
    })
    return { app, ran }
  }

  // Was wrong: surfaces/mcp/tool-call-params.ts:33: approvals have both spellings, dry runs one; the other
  // one is run for good
  test('MCP: dry_run, as the CLI spells it, does not run', async () => {
    const { app, ran } = built()
    const params = { name: 'erase', arguments: {}, _meta: { dry_run: true } }
    await send(app, '/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/call', params })
    expect(ran).toEqual([])
  })

  // Was wrong: surfaces/cli/call-payload.ts:24
  test('CLI: dryRun, as MCP spells it, does not run', async () => {
    const { app, ran } = built()
    await send(app, '/__trefoil__/actions/call', { action: 'erase', dryRun: true })
    expect(ran).toEqual([])
  })
})
