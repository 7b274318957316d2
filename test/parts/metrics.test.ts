import { afterEach, describe, expect, test } from 'vitest'
import { AuthContext, hasScope } from '../../packages/trefoil/src/auth.ts'
import { createApp, HttpError } from '../../packages/trefoil/src/index.ts'
import { type MetricsOptions, metrics } from '../../packages/trefoil/src/metrics.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { callBy, WAYS } from '../parity/ways.ts'

const TOKEN = 'a-token-of-the-scraper'
const base = {
  env: {},
  log: { level: 'silent' as const },
  publicSurfaces: ['api', 'mcp', 'cli'] as const,
}
afterEach(() => {
  delete process.env['TREFOIL_METRICS_TOKEN']
})

function counted(options: MetricsOptions = {}) {
  const part = metrics({ token: TOKEN, ...options })
  const app = createApp({ ...base, name: 'counted', parts: [part] })
  const on = <const Name extends string>(name: Name) =>
    ({ name, description: `Does ${name}.`, tool: true, cli: true }) as const
  app.post('/work', on('work'), (_, call) => {
    call.background(() => {})
    return {}
  })
  app.post('/refuse', on('refuse'), () => {
    throw new HttpError(409, 'No', { code: 'order_taken' })
  })
  let next = 0
  app.post('/odd', on('odd'), () => {
    throw new HttpError(409, 'No', { code: `made_up_${next++}` })
  })
  const client = testClient(app)
  const scrape = (headers: Record<string, string> = {}) =>
    client.http.get('/metrics', { headers: { authorization: `Bearer ${TOKEN}`, ...headers } })
  return { app, part, client, scrape }
}

/** Every line that is no comment, by its text in front of the value. */
function samplesOf(text: string): ReadonlyMap<string, number> {
  const samples = new Map<string, number>()
  for (const line of text.split('\n')) {
    const [, name, value] = /^([a-z_0-9]+(?:\{.*\})?) (\S+)$/.exec(line) ?? []
    if (name !== undefined) samples.set(name, Number(value))
    else expect(line).toMatch(/^$|^# (?:TYPE|HELP|UNIT) [a-z_0-9]+ |^# EOF$/)
  }
  return samples
}

describe('metrics()', () => {
  test('strangers see nothing: default deny', async () => {
    expect(() => metrics()).toThrow(/metrics\(\) needs token .*or guard/)
    expect(() => metrics({ token: 'short' })).toThrow(/token must have 16 characters or more/)
    expect(() => metrics({ token: 'short' })).not.toThrow(/short/)
    expect(() => metrics({ token: TOKEN, guard: hasScope('x') })).toThrow(
      /token or guard, not both/,
    )
    const { client, scrape } = counted()
    for (const headers of [
      {},
      { authorization: 'Bearer wrong-token-of-that-length' },
      { authorization: `Basic ${TOKEN}` },
      { 'x-api-key': TOKEN },
      { 'x-forwarded-for': '127.0.0.1' },
    ]) {
      const answer = await client.http.get('/metrics', { headers })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
      expect(answer.text).not.toContain('trefoil_calls')
    }
    expect((await client.http.get(`/metrics?token=${TOKEN}`)).status).toBe(401)
    expect((await scrape()).status).toBe(200)
    await client.close()
  })

  test('the token opens nothing else, and the guards of the app are not asked of it', async () => {
    const auth = [
      {
        authenticate: async ({ bearer }: { bearer: string | null }) =>
          bearer === 'ada' ? new AuthContext({ subject: 'ada' }) : null,
        surfaces: ['api'] as const,
      },
    ]
    const app = createApp({
      env: {},
      log: { level: 'silent' },
      auth,
      guards: [hasScope('orders:read')],
      parts: [metrics({ token: TOKEN })],
    })
    app.get('/me', (_, call) => call.auth?.subject ?? null)
    const client = testClient(app)
    const ask = (path: string, token: string) => client.http.get(path, { token })
    expect((await ask('/metrics', TOKEN)).status).toBe(200)
    expect((await ask('/me', TOKEN)).status).toBe(401)
    expect((await ask('/metrics', 'ada')).status).toBe(401)
    await client.close()
  })

  test('a guard lets in callers of the app, behind its authenticator', async () => {
    const app = createApp({
      env: {},
      log: { level: 'silent' },
      auth: [
        {
          authenticate: async ({ bearer }: { bearer: string | null }) =>
            bearer === null
              ? null
              : new AuthContext({ subject: bearer, scopes: bearer === 'ops' ? ['metrics'] : [] }),
          surfaces: ['api'] as const,
        },
      ],
      parts: [metrics({ guard: hasScope('metrics') })],
    })
    const client = testClient(app)
    expect((await client.http.get('/metrics')).status).toBe(401)
    expect((await client.http.get('/metrics', { token: 'ada' })).status).toBe(403)
    expect((await client.http.get('/metrics', { token: 'ops' })).status).toBe(200)
    await client.close()
    const open = testClient(createApp({ ...base, parts: [metrics({ guard: hasScope('x') })] }))
    expect((await open.http.get('/metrics')).status).toBe(401)
    await open.close()
  })

  test('P-MWL-8: counts calls by action, surface, outcome and problem, whatever the way in', async () => {
    const { client, scrape } = counted()
    for (const way of WAYS) {
      await callBy(way, client, 'work')
      await callBy(way, client, 'refuse')
    }
    await client.http.get('/nowhere')
    const samples = samplesOf((await scrape()).text)
    const ends = (surface: string, action: string, outcome: string, problem = '') =>
      samples.get(
        `trefoil_calls_total{surface="${surface}",action="${action}",outcome="${outcome}",problem="${problem}"}`,
      )
    for (const [surface, times] of Object.entries({ api: 1, mcp: 2, cli: 2 })) {
      expect(ends(surface, 'work', 'ok')).toBe(times)
      expect(ends(surface, 'refuse', 'refused', 'order_taken')).toBe(times)
      const of = `surface="${surface}",action="work"`
      expect(samples.get(`trefoil_call_duration_seconds_count{${of}}`)).toBe(times)
      expect(samples.get(`trefoil_call_duration_seconds_bucket{${of},le="+Inf"}`)).toBe(times)
    }
    expect(ends('api', 'none', 'refused', 'not_found')).toBe(1)
    // The scrape itself is under way.
    expect(samples.get('trefoil_calls_running{surface="api"}')).toBe(1)
    expect(samples.get('trefoil_calls_running{surface="mcp"}')).toBe(0)
    expect(samples.get('trefoil_background_tasks_total{outcome="done"}')).toBe(5)
    expect(samples.get('trefoil_background_tasks_running')).toBe(0)
    for (const name of [
      'process_cpu_seconds_total',
      'process_resident_memory_bytes',
      'process_start_time_seconds',
      'nodejs_heap_used_bytes',
      'nodejs_eventloop_utilization',
      'nodejs_eventloop_delay_seconds{part="p99"}',
      'nodejs_active_resources',
    ]) {
      expect(samples.get(name), name).toBeGreaterThanOrEqual(0)
    }
    await client.close()
  })

  test('nothing of a strangers choosing is in it, and problems are few', async () => {
    const { client, scrape } = counted()
    for (let n = 0; n < 200; n++) {
      await client.http.get(`/nowhere/${n}`, { headers: { 'user-agent': `agent-${n}` } })
      await client.http.request(`BREW${n}`, '/work')
      await client.http.post('/odd', { json: {} })
    }
    const { text } = await scrape()
    expect(text).not.toMatch(/nowhere|agent-|BREW/)
    const samples = samplesOf(text)
    expect([...samples.keys()].filter((name) => name.includes('action="odd"')).length).toBeLessThan(
      80,
    )
    const odd = 'surface="api",action="odd",outcome="refused"'
    expect(samples.get(`trefoil_calls_total{${odd},problem="other"}`)).toBe(150)
    await client.close()
  })

  test('is OpenMetrics where somebody asks for it, and the older text otherwise', async () => {
    const { client, scrape } = counted()
    await client.http.post('/work', { json: {} })
    const old = await scrape()
    expect(old.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(old.text).toContain('# TYPE trefoil_calls_total counter')
    expect(old.text).not.toContain('# EOF')
    const open = await scrape({
      // As Prometheus 3 sends it.
      accept:
        'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,application/openmetrics-text;version=0.0.1;q=0.4,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.3,text/plain;version=0.0.4;q=0.2,*/*;q=0.1',
    })
    expect(open.headers.get('content-type')).toMatch(
      /^application\/openmetrics-text; version=1\.0\.0/,
    )
    expect(open.text).toContain('# TYPE trefoil_calls counter\n')
    expect(open.text).toContain('# UNIT trefoil_call_duration_seconds seconds\n')
    expect(open.text.endsWith('# EOF\n')).toBe(true)
    // Every sample belongs to the metric in front of it, and no metric comes twice.
    for (const { text } of [old, open]) {
      const types = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name)
      expect(new Set(types).size).toBe(types.length)
      let metric = ''
      for (const line of text.split('\n')) {
        metric = /^# TYPE (\S+) /.exec(line)?.[1] ?? metric
        if (/^[a-z]/.test(line)) expect(line.startsWith(metric)).toBe(true)
      }
    }
    expect(
      (await scrape({ accept: 'text/plain, application/openmetrics-text;q=0' })).text,
    ).not.toContain('# EOF')
    await client.close()
  })

  test('an app has metrics of its own', async () => {
    const { part, client, scrape } = counted({ series: 10 })
    const orders = part.counter('orders_placed_total', { help: 'Orders.', labels: ['country'] })
    orders.add(2, { country: 'DE' })
    orders.add(1, { country: 'a"b\\c\nprocess_cpu_seconds_total 7' })
    const depth = part.gauge('queue_depth', { help: 'Waiting.', read: () => 3 })
    const level = part.gauge('level', { help: 'Level\nof it.' })
    level.set(5)
    level.add(-2)
    const broken = part.gauge('broken', {
      help: 'Cannot be read.',
      read: () => {
        throw new Error('gone')
      },
    })
    part.histogram('mail_seconds', { help: 'Mail.', buckets: [0.5, 1] }).observe(0.7)
    const samples = samplesOf((await scrape()).text)
    expect(samples.get('orders_placed_total{country="DE"}')).toBe(2)
    expect(
      samples.get('orders_placed_total{country="a\\"b\\\\c\\nprocess_cpu_seconds_total 7"}'),
    ).toBe(1)
    expect(samples.get('process_cpu_seconds_total')).not.toBe(7)
    expect(samples.get('queue_depth')).toBe(3)
    expect(samples.get('level')).toBe(3)
    expect(samples.has('broken')).toBe(false)
    expect(samples.get('mail_seconds_bucket{le="0.5"}')).toBe(0)
    expect(samples.get('mail_seconds_bucket{le="1.0"}')).toBe(1)
    expect(samples.get('mail_seconds_sum')).toBe(0.7)
    // What strangers write does not fill the memory.
    for (let n = 0; n < 1000; n++) orders.add(1, { country: `x${n}` })
    const after = samplesOf(part.text())
    const own = [...after.keys()].filter((name) => name.startsWith('orders_placed_total'))
    expect(own.length).toBe(11)
    expect(after.get('orders_placed_total{country="other"}')).toBe(992)
    expect(() => orders.add(-1, { country: 'DE' })).toThrow(TypeError)
    // @ts-expect-error no label
    expect(() => orders.add(1)).toThrow(/label 'country' must be text/)
    // @ts-expect-error no such label is enough
    expect(() => orders.add(1, { land: 'DE' })).toThrow(/label 'country' must be text/)
    expect(() => depth.set(1)).toThrow(/its value is read/)
    expect(() => level.set(Number.NaN)).toThrow(TypeError)
    void broken
    await client.close()
  })

  test('wrong metrics are refused when they are made', () => {
    const { counter, gauge, histogram } = metrics({ token: TOKEN })
    const help = 'What it counts.'
    expect(() => counter('orders', { help })).toThrow(/ends with _total/)
    expect(() => counter('Orders-total', { help })).toThrow(/small letters, digits and _/)
    expect(() => counter('trefoil_x_total', { help })).toThrow(/are the framework's/)
    expect(() => gauge('level', { help: '' })).toThrow(/help must say/)
    // @ts-expect-error misspelt
    expect(() => gauge('level', { help, label: ['a'] })).toThrow(/unknown option 'label'/)
    expect(() => gauge('level', { help, labels: ['le'] })).toThrow(/labels must be different names/)
    expect(() => histogram('h', { help, buckets: [2, 1] })).toThrow(/growing numbers/)
    gauge('level', { help })
    expect(() => gauge('level', { help })).toThrow(/two metrics 'level'/)
    process.env['TREFOIL_METRICS_TOKEN'] = TOKEN
    expect(() => metrics()).not.toThrow()
  })
})
