// What HTTP makes of kept answers, and what a cache meets in a running app: the clock, calls at the
// same time, failures while closing, changes in between.
import { type CacheOptions, createApp, dependency, forgetAnswers, reply } from 'trefoil'
import { AuthContext, owns } from 'trefoil/auth'
import { definePart } from 'trefoil/parts'
import { testClient } from 'trefoil/testing'
import { beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Lines } from '../findings/surfaces.ts'

const PUBLIC: CacheOptions = { for: '30s', per: 'everyone' }

function create(more: object = {}) {
  const time = { now: 1_800_000_000_000, elapsed: 1000 }
  const clock = { now: () => time.now, elapsed: () => time.elapsed }
  const options = {
    env: {},
    clock,
    publicSurfaces: ['api'],
    log: { logger: new Lines().logger },
    ...more,
  }
  return { app: createApp(options as object), time }
}

describe('kept answers over HTTP', () => {
  test('are the same bytes, status and headers; HEAD and GET share them', async () => {
    const { app } = create()
    let runs = 0
    app.get('/page', { cache: PUBLIC }, () =>
      reply(`page ${++runs}`, {
        status: 203,
        headers: {
          'x-run': String(runs),
          'content-type': 'text/html',
          link: ['<a>', '<b>'] as never,
        },
      }),
    )
    await using client = testClient(app)
    const head = await client.http.head('/page')
    const answers = [await client.http.get('/page'), await client.http.get('/page')]
    for (const answer of answers) {
      expect([answer.status, answer.text, answer.headers.get('x-run')]).toEqual([
        203,
        'page 1',
        '1',
      ])
      expect(answer.headers.get('link')).toBe(head.headers.get('link'))
      expect(answer.headers.get('content-type')).toBe('text/html')
    }
    expect([head.status, head.headers.get('x-run')]).toEqual([203, '1'])
  })

  test('are asked for conditionally as others are', async () => {
    const { app } = create()
    let runs = 0
    app.get('/tagged', { cache: PUBLIC }, () => reply({ runs: ++runs }, { etag: true }))
    await using client = testClient(app)
    const first = await client.http.get('/tagged')
    const tag = first.headers.get('etag') ?? ''
    const same = { headers: { 'if-none-match': tag } }
    const other = { headers: { 'if-none-match': '"other"' } }
    const not = { headers: { 'if-match': '"other"' } }
    const statuses = []
    for (const options of [same, other, not, same]) {
      statuses.push((await client.http.get('/tagged', options)).status)
    }
    expect([first.status, ...statuses, runs]).toEqual([200, 304, 200, 412, 304, 1])
  })

  test('of one caller say no more to caches in between than others do', async () => {
    const { app } = create({
      auth: [
        {
          authenticate: (_request: object) => new AuthContext({ subject: 'ann' }),
          surfaces: ['api'],
        },
      ],
    })
    app.get('/mine', { cache: { for: '30s' } }, () => ({ secret: 1 }))
    app.get('/fresh', () => ({ secret: 1 }))
    await using client = testClient(app)
    const fresh = await client.http.get('/fresh')
    for (let call = 0; call < 2; call++) {
      const { headers } = await client.http.get('/mine')
      for (const name of ['cache-control', 'age', 'vary', 'etag']) {
        expect(headers.get(name)).toBe(fresh.headers.get(name))
      }
    }
  })

  test('say how old they are where they say how long others may keep them (RFC 9111)', async () => {
    const { app, time } = create()
    const headers = { 'cache-control': 'max-age=60' }
    app.get('/by-handler', { cache: PUBLIC }, () => reply('text', { headers }))
    app.get('/by-route', { cache: PUBLIC, headers }, () => 'text')
    app.get('/by-nobody', { cache: PUBLIC }, () => 'text')
    await using client = testClient(app)
    const ages = async () => {
      const seen = []
      for (const path of ['/by-handler', '/by-route', '/by-nobody']) {
        seen.push((await client.http.get(path)).headers.get('age'))
      }
      return seen
    }
    expect(await ages()).toEqual([null, null, null])
    time.elapsed += 12_900
    expect(await ages()).toEqual(['12', '12', null])
  })

  test('of bytes are copies: who is given one writes into nobody else’s', async () => {
    const seen: number[][] = []
    const scribbling = definePart({
      name: 'scribbling',
      audit: {
        intent: () => {},
        outcome(_call: unknown, outcome: Outcome) {
          if (outcome.kind !== 'answer') return
          const { body, head } = outcome.answer
          seen.push([...(body as Uint8Array)])
          if (seen.length > 1) Object(body).fill(9)
          if (seen.length > 1) Object(head).pairs[1] = 'changed'
          if (seen.length > 1) Object(head).names.clear()
        },
      },
    })
    const { app } = create({ parts: [scribbling] })
    const made = new Uint8Array([1, 2, 3])
    app.get('/bytes', { cache: PUBLIC }, () => reply(made, { headers: { 'x-run': 'first' } }))
    await using client = testClient(app)
    const headers = []
    for (let call = 0; call < 3; call++) {
      headers.push((await client.http.get('/bytes')).headers.get('x-run'))
      made.fill(9)
    }
    expect(seen).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ])
    // Who writes into what was given to it has only that.
    expect(headers).toEqual(['first', 'changed', 'changed'])
  })

  test('are nobody’s with the nonce of a page', async () => {
    const { app } = create()
    let runs = 0
    app.get('/page', { cache: PUBLIC }, (_, call) => `${call.cspNonce} ${++runs}`)
    await using client = testClient(app)
    await client.http.get('/page')
    await client.http.get('/page')
    expect(runs).toBe(2)
  })

  test('nothing at all is kept, too', async () => {
    const { app } = create()
    let runs = 0
    app.get('/none', { cache: PUBLIC }, () => void runs++)
    await using client = testClient(app)
    const statuses = [await client.http.get('/none'), await client.http.get('/none')]
    expect([...statuses.map(({ status }) => status), runs]).toEqual([204, 204, 1])
  })
})

describe('kept answers in time', () => {
  test('end when they should, whichever clock says so, and do not come back', async () => {
    const { app, time } = create()
    let runs = 0
    app.get('/item', { cache: PUBLIC }, () => ++runs)
    await using client = testClient(app)
    const ask = async () => (await client.http.get('/item')).json()
    expect(await ask()).toBe(1)
    time.elapsed += 29_999
    expect(await ask()).toBe(1)
    time.elapsed += 1
    expect(await ask()).toBe(2)
    // The machine slept: one clock stood still.
    time.now += 3_600_000
    expect(await ask()).toBe(3)
    // And the other is put back.
    time.now -= 7_200_000
    time.elapsed += 30_000
    expect(await ask()).toBe(4)
    expect(await ask()).toBe(4)
  })

  test('calls at the same time run each for itself, by their own deadline and signal', async () => {
    const { app } = create()
    const waiting: (() => void)[] = []
    app.get('/slow', { cache: PUBLIC, params: { id: z.int() } }, async () => {
      await new Promise<void>((resolve) => waiting.push(resolve))
      return waiting.length
    })
    await using client = testClient(app)
    const asked = Array.from({ length: 20 }, () => client.http.get('/slow?id=1'))
    await new Promise((resolve) => setTimeout(resolve))
    while (waiting.length < 20) await new Promise((resolve) => setImmediate(resolve))
    for (const go of waiting) go()
    const statuses = (await Promise.all(asked)).map(({ status }) => status)
    expect(new Set(statuses)).toEqual(new Set([200]))
    await client.http.get('/slow?id=1')
    expect(waiting).toHaveLength(20)
  })

  test('what was forgotten while it was made is not kept', async () => {
    const { app } = create()
    let stock = 1
    const gate: (() => void)[] = []
    const item = app.get('/stock', { cache: PUBLIC, params: { id: z.int() } }, async () => {
      const read = stock
      await new Promise<void>((resolve) => gate.push(resolve))
      return read
    })
    await using client = testClient(app)
    const old = client.http.get('/stock?id=1')
    while (gate.length < 1) await new Promise((resolve) => setImmediate(resolve))
    stock = 2
    forgetAnswers(item, { id: 1 })
    gate[0]?.()
    expect(await (await old).json()).toBe(1)
    const now = client.http.get('/stock?id=1')
    while (gate.length < 2) await new Promise((resolve) => setImmediate(resolve))
    gate[1]?.()
    expect(await (await now).json()).toBe(2)
  })

  test('what a change forgets in the background is forgotten when it is committed', async () => {
    const { app } = create()
    let price = 1
    const read = app.get('/price/{id}', { cache: PUBLIC, params: { id: z.int() } }, () => price)
    app.put('/price/{id}', { params: { id: z.int() } }, ({ id }, call) => {
      price = 2
      call.background(() => forgetAnswers(read, { id }))
    })
    await using client = testClient(app)
    expect(await (await client.http.get('/price/7')).json()).toBe(1)
    await client.http.put('/price/7')
    expect(await (await client.http.get('/price/7')).json()).toBe(2)
  })
})

describe('what is not kept', () => {
  test('what fails while it is closed: nobody was given it', async () => {
    const { app } = create()
    let runs = 0
    const db = dependency(
      async function* () {
        yield 1
        throw new Error('commit failed')
      } as never,
      { name: 'db' } as never,
    )
    app.get('/read', { cache: PUBLIC, params: { db } }, () => ++runs)
    await using client = testClient(app)
    const statuses = [await client.http.get('/read'), await client.http.get('/read')]
    expect([...statuses.map(({ status }) => status), runs]).toEqual([500, 500, 2])
  })

  test('what took too long, and what an error handler says', async () => {
    const { app } = create()
    let runs = 0
    app.get('/late', { cache: PUBLIC, timeout: '20ms' }, async (_, call) => {
      runs++
      await new Promise((resolve) => call.signal.addEventListener('abort', resolve))
      return runs
    })
    app.onError(RangeError, () => 'sorry')
    app.get('/sorry', { cache: PUBLIC }, () => {
      runs++
      throw new RangeError('no')
    })
    await using client = testClient(app)
    const seen = []
    for (const path of ['/late', '/late', '/sorry', '/sorry']) {
      seen.push((await client.http.get(path)).status)
    }
    expect([...seen, runs]).toEqual([504, 504, 200, 200, 4])
  })

  test('what a dependency saw of the request, though a guard opened it', async () => {
    const people: Record<string, string> = { a: 'ann', b: 'bob' }
    const { app } = create({
      auth: [
        {
          authenticate: ({ bearer }: { readonly bearer: string | null }) =>
            new AuthContext({ subject: people[bearer ?? ''] ?? 'nobody' }),
          surfaces: ['api'],
        },
      ],
    })
    let looks = 0
    const language = dependency(
      (_uses: object, call) => call.request.headers.get('accept-language') ?? '',
      {
        name: 'language',
      } as never,
    )
    const plain = dependency(() => ++looks, { name: 'plain' } as never)
    const loading = (using: object) =>
      owns('owner_id', async (call) => {
        await call.resolve(using as never)
        return { owner_id: 'ann' }
      })
    let runs = 0
    const params = { id: z.string() }
    app.get(
      '/spoken/{id}',
      { cache: PUBLIC, params: { ...params, language }, guards: [loading(language) as never] },
      ({ language: spoken }) => `${String(spoken)} ${++runs}`,
    )
    app.get(
      '/silent/{id}',
      { cache: PUBLIC, params, guards: [loading(plain) as never] },
      () => `silent ${++runs}`,
    )
    await using client = testClient(app)
    const ask = async (path: string, token: string, spoken: string) => {
      const headers = { authorization: `Bearer ${token}`, 'accept-language': spoken }
      const answer = await client.http.get(path, { headers })
      return answer.status === 200 ? answer.text : answer.status
    }
    expect(await ask('/spoken/1', 'a', 'de')).toBe('de 1')
    expect(await ask('/spoken/1', 'a', 'fr')).toBe('fr 2')
    // An action behind owns(): the guard loads the thing for every hit, and stops who does not own it.
    expect(await ask('/silent/1', 'a', 'de')).toBe('silent 3')
    expect(await ask('/silent/1', 'a', 'fr')).toBe('silent 3')
    expect(await ask('/silent/1', 'b', 'de')).toBe(403)
    expect(looks).toBe(3)
  })
})

describe('forgetAnswers() refuses', () => {
  const { app } = create()
  const kept = app.get('/kept', { cache: PUBLIC, params: { id: z.string() } }, () => 1)
  const plain = app.get('/plain', () => 1)
  beforeAll(async () => {
    await using client = testClient(app)
    await client.http.get('/plain')
  })
  const wrong = forgetAnswers as (handle: unknown, args?: unknown) => void
  test.each([
    ['nothing', () => wrong(undefined)],
    ['what looks like a handle', () => wrong({ ...kept })],
    ['the name of one', () => wrong('GET /kept')],
    ['an action that keeps nothing', () => wrong(plain)],
    ['an argument it has not', () => wrong(kept, { order: 'x' })],
    ['an argument that is undefined', () => wrong(kept, { id: undefined })],
    ['a value that nothing is kept by', () => wrong(kept, { id: new Map() })],
    ['arguments that are none', () => wrong(kept, 'x')],
    ['null', () => wrong(kept, null)],
    ['__proto__', () => wrong(kept, JSON.parse('{"__proto__":1}'))],
  ])('%s', (_, act) => {
    expect(act).toThrow(/^forgetAnswers\(\)/)
  })
})
