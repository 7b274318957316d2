// PW-36, P-MWL-5, SW-26, W-13: what has an entry, what is in it, and what happens when there can be none.
import { describe, expect, test } from 'vitest'
import { auditLog } from '../../packages/trefoil/src/audit.ts'
import { memoryAudit } from '../../packages/trefoil/src/audit-chain.ts'
import { keyRing } from '../../packages/trefoil/src/auth.ts'
import { createApp, type ToolCallEvent } from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { callBy, WAYS } from '../parity/ways.ts'
import { audited, callsIn, entriesIn, KEY, tokenOf } from './audited-app.ts'

const ANN = tokenOf('ann')

describe.each(WAYS)('by %s', (way) => {
  const isAgent = way !== 'http'

  test('P-MWL-5, AUD-8: one entry a call: done, failed, refused, and who nobody knows', async () => {
    const { client, store, audit } = audited()
    for (const action of ['write', 'crash', 'admin', 'refuse']) {
      await callBy(way, client, action, { token: ANN })
    }
    await callBy(way, client, 'write', { token: 'wrong' })
    const seen = callsIn(store).map(({ type, action, outcome, status, subject }) => {
      return [type, action, outcome, status, subject].join(' ')
    })
    expect(seen.slice(0, 4)).toEqual([
      'call write ok 200 ann',
      'call crash failed 500 ann',
      'call admin refused 403 ann',
      'call refuse refused 429 ann',
    ])
    expect(seen.slice(4)).toHaveLength(1)
    expect(callsIn(store)[4]).toMatchObject({ outcome: 'refused', status: 401, actor: [] })
    expect(callsIn(store)[4]).not.toHaveProperty('subject')
    expect(callsIn(store)[2]).toMatchObject({ rule: 'HasRole' })
    expect(await audit.verify({ anchor: await audit.anchors() })).toMatchObject({
      ok: true,
      entries: 5,
    })
  })

  test('AUD-1: what changes nothing has none unless an agent asks, or the action says so', async () => {
    const { client, store } = audited()
    await callBy(way, client, 'read', { token: ANN })
    expect(callsIn(store)).toHaveLength(isAgent ? 1 : 0)
    await callBy(way, client, 'marked', { token: ANN })
    await callBy(way, client, 'silent', { token: ANN })
    const actions = callsIn(store).map(({ action }) => action)
    expect(actions).toEqual(isAgent ? ['read', 'marked'] : ['marked'])
  })

  test('X-17: surface, entrypoint, who and what', async () => {
    const { client, store } = audited({ meta: ['order', 'token'] })
    await callBy(way, client, 'write', { token: ANN, headers: { 'x-request-id': 'r-1' } })
    const [event] = callsIn(store)
    const surface = way === 'http' ? 'api' : way.slice(0, 3)
    expect(event).toMatchObject({
      type: 'call',
      request: 'r-1',
      surface,
      entrypoint: way === 'cli-local' ? 'local' : 'server',
      action: 'write',
      driven: isAgent ? 'agent' : 'unknown',
      subject: 'ann',
      kind: 'unknown',
      actor: [],
      outcome: 'ok',
      duration: expect.any(Number),
      meta: { order: 'o-1' },
    })
    expect(event?.call).toMatch(/^[0-9a-f]{32}$/)
  })

  test('AUD-6: what must be written down and cannot be is refused before it has run', async () => {
    const { client, control, done, store } = audited({ failClosed: ['api', 'mcp', 'cli'] })
    control.fails = true
    const seen = await callBy(way, client, 'write', { token: ANN })
    expect(seen.ok).toBe(false)
    expect(seen.raw).toContain('Audit hook failed')
    if (way.startsWith('mcp')) expect(seen.problem).toMatchObject({ code: -32603, done: false })
    else expect(seen.problem).toMatchObject({ code: 'audit_failed', done: false })
    expect(done).toEqual([])
    control.fails = false
    await callBy(way, client, 'write', { token: ANN })
    // PW-36: what was lost is told of, in its place.
    expect(entriesIn(store).map(({ event }) => event.type)).toEqual(['lost', 'intent', 'call'])
    expect(done).toEqual(['write', 'commit'])
  })

  test('AUD-6: an action may ask for it by itself; all others go on, and the loss is counted', async () => {
    const { client, control, done, lines, store } = audited()
    control.fails = true
    expect((await callBy(way, client, 'needed', { token: ANN })).ok).toBe(false)
    expect((await callBy(way, client, 'write', { token: ANN })).ok).toBe(true)
    expect(done).toEqual(['write', 'commit'])
    expect(lines.map(({ message }) => message)).toContain('Audit entry lost')
    control.fails = false
    expect((await callBy(way, client, 'needed', { token: ANN })).ok).toBe(true)
    const events = entriesIn(store).map(({ event }) => event)
    expect(events.map(({ type }) => type)).toEqual(['lost', 'intent', 'call'])
    expect(events[0]).toMatchObject({ count: 2 })
    expect(events[1]).toMatchObject({ call: (events[2] as { call: string }).call })
  })

  test('AUD-6: a caller is told the truth when the end of a call cannot be written', async () => {
    const { client, control, done, store } = audited({ failClosed: ['api', 'mcp', 'cli'] })
    // The intent is written, and then nothing more.
    const { append } = control.inner
    let count = 0
    Object.assign(control.store, {
      append: (entries: Parameters<typeof append>[0]) => {
        if (++count > 1) throw new Error('disk full')
        return append(entries)
      },
    })
    const seen = await callBy(way, client, 'write', { token: ANN })
    expect(seen.ok).toBe(false)
    expect(seen.problem).toMatchObject({ done: true })
    expect(seen.raw).toContain('was done')
    expect(done).toEqual(['write', 'commit'])
    expect(callsIn(store).map(({ type }) => type)).toEqual(['intent'])
  })

  test('P-MWL-5: no token, no claim, no secret argument is in the log', async () => {
    const { client, store } = audited({ failClosed: ['mcp'] })
    await callBy(way, client, 'write', { token: ANN })
    await callBy(way, client, 'crash', { token: `${ANN}x` })
    const text = JSON.stringify(store.entries)
    for (const canary of [ANN, ANN.split('.')[2] as string, 'boom', 's3cret', 'meta-token']) {
      expect(text).not.toContain(canary)
    }
  })

  test('P-MWL-5: exactly one entry when what was done cannot be committed', async () => {
    const { client, done, store } = audited()
    done.push('fail to commit')
    expect((await callBy(way, client, 'write', { token: ANN })).ok).toBe(false)
    expect(callsIn(store).map(({ outcome }) => outcome)).toEqual(['failed'])
  })
})

describe('arguments', () => {
  test('P-MWL-5: sensitive ones are digests that no one without the key can guess', async () => {
    const { client, store } = audited()
    const note = { text: 'for the shoes', api_key: 'k-123456' }
    const json = { amount: 5, note, password: 'hunter2' }
    const sent = { token: ANN, json }
    await client.http.post('/pay?pin=1234', sent)
    await client.http.post('/pay?pin=1234', sent)
    const [first, second] = callsIn(store)
    expect(first?.arguments).toEqual({
      amount: 5,
      note: { text: 'for the shoes', api_key: '[redacted]' },
    })
    expect(Object.keys(first?.digests ?? {}).sort()).toEqual(['password', 'pin'])
    expect(first?.digests?.['pin']).toMatch(/^hmac-sha256:[0-9a-f]{16}:[0-9a-f]{32}$/)
    expect(second?.digests).toEqual(first?.digests)
    expect(first).not.toHaveProperty('arguments_hash')
    const text = JSON.stringify(store.entries)
    for (const secret of ['1234"', 'hunter2', 'k-123456']) expect(text).not.toContain(secret)
  })

  test('P-MWL-5: what is too long is named, and the call is written all the same', async () => {
    const { client, store } = audited({ arguments: '64b', redact: ['amount'] })
    const note = { text: 'x'.repeat(1000), api_key: 'k' }
    await client.http.post('/pay?pin=1', { token: ANN, json: { amount: 5, note } })
    expect(callsIn(store)[0]).toMatchObject({ omitted: ['note'], outcome: 'ok' })
    expect(Object.keys(callsIn(store)[0]?.digests ?? {})).toEqual(['amount', 'pin'])
  })

  test('W-13: one that could not be bound has an entry too, without arguments', async () => {
    const { client, store } = audited()
    await client.mcp.callTool('pay', { amount: 'much', pin: '1' }, { token: ANN })
    expect(callsIn(store)).toHaveLength(1)
    expect(callsIn(store)[0]).toMatchObject({ outcome: 'refused', problem: 'VALIDATION_ERROR' })
    expect(callsIn(store)[0]).not.toHaveProperty('arguments')
  })
})

describe('refused before there is a call', () => {
  test('AUD-8: a page of another origin has one entry', async () => {
    const { client, store } = audited()
    const headers = { origin: 'https://evil.example', 'content-type': 'application/json' }
    const response = await client.http.post('/mcp', { headers, body: '{}' })
    expect(response.status).toBe(403)
    expect(callsIn(store)).toHaveLength(1)
    expect(callsIn(store)[0]).toMatchObject({
      outcome: 'refused',
      status: 403,
      problem: 'invalid_origin',
    })
  })

  test('a list that nobody may see is refused once, and names no action', async () => {
    const { client, store } = audited()
    await client.mcp.request('tools/list', {}, { token: 'wrong' })
    expect(callsIn(store)).toHaveLength(1)
    expect(callsIn(store)[0]).toMatchObject({ status: 401, surface: 'mcp' })
  })
})

describe('the log in the hands of the app', () => {
  test('events of its own, and finding them a page at a time', async () => {
    const { audit, client } = audited()
    await audit.append('key.rotated', { subject: 'ann', data: { key: 'k2' } })
    for (let index = 0; index < 5; index++) await client.http.post('/write', { token: ANN })
    const first = await audit.find({ subject: 'ann', limit: 4 })
    expect(first.entries.map(({ seq }) => seq)).toEqual([0, 1, 2, 3])
    expect(first.next).toBe('3')
    const rest = await audit.find({ subject: 'ann', limit: 4, after: first.next ?? '' })
    expect(rest).toMatchObject({ entries: [{ seq: 4 }, { seq: 5 }], next: null })
    expect((await audit.find({ type: 'event' })).entries).toMatchObject([
      { event: { name: 'key.rotated', data: { key: 'k2' } } },
    ])
    await expect(audit.find({ limit: 0 })).rejects.toThrow('limit')
    await expect(audit.append('Not A Name')).rejects.toThrow('name')
    await expect(audit.append('a', { data: { at: () => 1 } })).rejects.toThrow('no JSON form')
  })

  test('PW-36: keys may be rotated while it runs', async () => {
    const keys = keyRing(KEY)
    const sink = memoryAudit()
    const audit = auditLog({ keys, sink })
    await audit.append('a')
    keys.replace('another key of the audit log, long enough', [KEY])
    await audit.append('b')
    const kids = entriesIn(sink).map(({ kid }) => kid)
    expect(new Set(kids).size).toBe(2)
    expect(await audit.verify()).toMatchObject({ ok: true, findings: [] })
  })

  test.each([
    [{}, 'keys'],
    [{ keys: '' }, 'auditLog(): keys'],
    [{ keys: 'short' }, 'at least 32 bytes'],
    [{ keys: 'secret-42' }, 'at least 32 bytes'],
    [{ keys: KEY, sink: {} }, 'auditLog(): sink'],
    [{ keys: KEY, failClosed: ['web'] }, 'auditLog(): failClosed'],
    [{ keys: KEY, include: 'all' }, 'auditLog(): include'],
    [{ keys: KEY, arguments: 8 }, 'auditLog(): arguments'],
    [{ keys: KEY, failclosed: [] }, 'failClosed'],
    [null, 'auditLog()'],
  ])('PW-36: %j is refused at start-up', (options, message) => {
    const make: (options: unknown) => unknown = auditLog as never
    expect(() => make(options)).toThrow(message)
    if (options !== null && 'keys' in options && options.keys === 'secret-42') {
      expect(() => make(options)).not.toThrow('secret-42')
    }
  })

  test('a mark that is none is refused, with the route', () => {
    const app = createApp({ env: {} })
    const add: (path: string, options: unknown, handler: () => void) => void = app.post.bind(app)
    expect(() => {
      add('/x', { audit: 'yes' }, () => {})
      app.fetch(new Request('http://testserver/x'))
    }).toThrow("Route POST /x: audit must be true, false or 'required', got text of 3 characters")
  })
})

describe('audit.onToolCall', () => {
  function hooked(hook: (event: ToolCallEvent) => unknown, debug = false) {
    const done: string[] = []
    const app = createApp({
      env: {},
      debug,
      edge: { hosts: ['testserver'] },
      publicSurfaces: ['api', 'mcp', 'cli'],
      log: { level: 'silent' },
      audit: { onToolCall: hook },
    })
    const tool = { name: 'run', description: 'Runs.', tool: true, cli: true } as const
    app.post('/run', tool, () => {
      done.push('run')
    })
    app.post('/crash', { ...tool, name: 'crash' }, () => {
      throw new Error('boom')
    })
    return { client: testClient(app), done }
  }

  test.each(['mcp-legacy', 'mcp-modern'] as const)(
    'MCP-15: is told of every call by %s',
    async (way) => {
      const events: ToolCallEvent[] = []
      const { client } = hooked((event) => void events.push(event))
      await callBy(way, client, 'run')
      await callBy(way, client, 'crash')
      expect(events).toMatchObject([
        { tool: 'run', subject: null, success: true, arguments: {} },
        { tool: 'crash', subject: null, success: false },
      ])
      expect(events.every((event) => Object.isFrozen(event) && event.duration >= 0)).toBe(true)
    },
  )

  test.each(['mcp-legacy', 'mcp-modern'] as const)('MCP-15: a throw refuses by %s', async (way) => {
    const fail = async () => {
      throw new TypeError('no disk')
    }
    const { client, done } = hooked(fail)
    const { problem, raw } = await callBy(way, client, 'run')
    expect(problem).toMatchObject({ code: -32603, message: 'Audit hook failed', done: true })
    expect(raw).not.toContain('no disk')
    expect(done).toEqual(['run'])
    const shown = await callBy(way, hooked(fail, true).client, 'run')
    expect(shown.problem['message']).toBe('Audit hook failed: TypeError: no disk')
  })

  test('MCP-15: is not told of other surfaces', async () => {
    const { client, done } = hooked(() => {
      throw new Error('no')
    })
    await callBy('http', client, 'run')
    await callBy('cli-remote', client, 'run')
    expect(done).toEqual(['run', 'run'])
  })
})
