// P-MWL-8: figures of other parts on the page of metrics(): of the database, of jobs, of anybody's.
import { afterEach, describe, expect, test } from 'vitest'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { metrics } from '../../packages/trefoil/src/metrics.ts'
import { definePart, type PartApp } from '../../packages/trefoil/src/parts.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { countsAll, figured, oddPart } from './figures-suite.ts'

const open: { shutdown(): Promise<void> }[] = []
afterEach(async () => {
  for (const app of open.splice(0)) await app.shutdown()
})

const TOKEN = 'a-token-of-the-scraper'
async function page(...parts: Parameters<typeof createApp>[0]['parts'][]) {
  const app = createApp({
    env: {},
    log: { level: 'silent' },
    publicSurfaces: ['api'],
    parts: [metrics({ token: TOKEN, series: 10 }), ...parts.flatMap((list) => list ?? [])],
  })
  open.push(app)
  await app.startup()
  const answer = await testClient(app).http.get('/metrics', {
    headers: { authorization: `Bearer ${TOKEN}` },
  })
  return answer.text
}

describe('figures of a database on SQLite', () => {
  test('units, the queue of the writer, and jobs', async () => {
    const own = figured(':memory:')
    open.push(own.app)
    await own.app.startup()
    await countsAll(own, 'writer')
  })

  test('who waits for the writer, and who was refused', async () => {
    const own = figured(':memory:')
    open.push(own.app)
    await own.app.startup()
    const { promise, resolve } = Promise.withResolvers<void>()
    const held = own.data.unit(() => promise)
    const [stop, left] = [new AbortController(), new AbortController()]
    const waits = own.data.unit(() => undefined, stop.signal)
    const leaves = own.data.unit(() => undefined, left.signal).catch(() => 'left')
    left.abort(new Error('left'))
    await leaves
    expect(await own.scrape()).toMatchObject({
      'trefoil_units_open{database="database"}': 1,
      'trefoil_units_waiting{database="database"}': 1,
      'trefoil_units_refused_total{database="database"}': 1,
      'trefoil_database_queue{database="database",file="app",pool="writer"}': 1,
      'trefoil_database_connections{database="database",file="app",pool="writer",state="in_use"}': 1,
    })
    resolve()
    await Promise.all([held, waits])
    expect(await own.scrape()).toMatchObject({
      'trefoil_units_open{database="database"}': 0,
      'trefoil_units_total{database="database",outcome="committed"}': 2,
      'trefoil_database_queue{database="database",file="app",pool="writer"}': 0,
      'trefoil_database_connections{database="database",file="app",pool="writer",state="idle"}': 1,
    })
  })

  test('two databases are two series of one metric', async () => {
    const text = await page([
      database({ url: ':memory:' }),
      database({ name: 'second', url: ':memory:' }),
    ])
    expect(text.match(/^# TYPE trefoil_units_open gauge$/gm)).toHaveLength(1)
    expect(text).toContain('trefoil_units_open{database="database"} 0\n')
    expect(text).toContain('trefoil_units_open{database="second"} 0\n')
  })

  test('nothing is opened to be counted', async () => {
    const data = database({ url: ':memory:' })
    const figures = (await data.figures?.()) ?? []
    expect(figures.find(({ name }) => name === 'trefoil_database_connections')?.samples).toEqual([])
  })
})

describe('figures of any part', () => {
  test('are asked when the app starts and at each scrape, and nowhere else', async () => {
    let asked = 0
    const part = definePart({
      name: 'shelf',
      figures: () => [
        {
          name: 'shelf_asked_total',
          type: 'counter',
          help: 'Times.',
          samples: [{ value: ++asked }],
        },
      ],
    })
    const plain = createApp({ env: {}, log: { level: 'silent' }, parts: [part] })
    open.push(plain)
    await plain.startup()
    expect(asked).toBe(0)
    const text = await page([part])
    expect(text).toContain('# TYPE shelf_asked_total counter\n# HELP shelf_asked_total Times.\n')
    expect(text).toContain('\nshelf_asked_total 2\n')
  })

  test('what fails, hangs or is none costs nothing else its place', async () => {
    const samples = [{ value: 1 }]
    const odd: readonly (() => unknown)[] = [
      () => {
        throw new Error('away')
      },
      () => new Promise(() => {}),
      () => 'none',
      () => [null, 7, { name: 'odd name', type: 'gauge', help: '', samples }],
      () => [{ name: 'odd_count', type: 'counter', help: 'No _total.', samples }],
      () => [{ name: 'process_cpu_seconds_total', type: 'counter', help: 'Taken.', samples }],
      () => [{ name: 'odd_a', type: 'gauge', help: 'x', samples: [{ value: '1' }, null] }],
      () => [
        { name: 'odd_b', type: 'gauge', help: 'x', samples: [{ labels: { le: '1' }, value: 1 }] },
      ],
      () => [{ name: 'odd_c', type: 'gauge', help: 'a\n# EOF', samples }],
    ]
    const parts = odd.map((figures, at) =>
      definePart({ name: `odd-${at}`, figures: figures as never }),
    )
    const text = await page(parts, [
      oddPart(() => [
        {
          name: 'odd_d',
          type: 'gauge',
          help: 'x',
          samples: [
            { labels: { of: 'a"\n\\\rb' }, value: 1 },
            { labels: { of: 'a"\n\\\rb' }, value: 2 },
          ],
        },
      ]),
    ])
    expect(text.split('\n').filter((line) => line.includes('odd'))).toEqual([
      '# TYPE odd_c gauge',
      '# HELP odd_c a\\n# EOF',
      'odd_c 1',
      '# TYPE odd_d gauge',
      '# HELP odd_d x',
      'odd_d{of="a\\"\\n\\\\ b"} 2',
    ])
    expect(text.match(/^process_cpu_seconds_total/gm)).toHaveLength(1)
  })

  test('no more series of one than its metric may have', async () => {
    const samples = Array.from({ length: 50 }, (_, at) => ({
      labels: { at: String(at) },
      value: at,
    }))
    const text = await page([
      oddPart(() => [{ name: 'odd_many', type: 'gauge', help: 'x', samples }]),
    ])
    expect(text.match(/^odd_many\{/gm)).toHaveLength(10)
  })

  test('a part that is no function is refused where it is made', () => {
    expect(() => oddPart('none' as never)).toThrow("Part 'odd': figures must be a function, got")
  })

  test('any part may collect them', async () => {
    let app: PartApp | null = null
    const collector = definePart({
      name: 'collector',
      start: (started) => {
        app = started
      },
    })
    const samples = [{ value: 3 }]
    await page([collector, oddPart(() => [{ name: 'odd_e', type: 'gauge', help: 'x', samples }])])
    const found = await (app as PartApp | null)?.figures()
    expect(found).toEqual([{ name: 'odd_e', type: 'gauge', help: 'x', samples }])
  })
})
