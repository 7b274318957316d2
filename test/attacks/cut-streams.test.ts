import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import { Readable } from 'node:stream'
import { createApp, dependency, sse, stream } from 'trefoil'
import { serve } from 'trefoil/node'
import { expect, test } from 'vitest'
import { Lines, within } from '../findings/surfaces.ts'
import { selfSigned } from '../http/self-signed.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

function build() {
  const app = createApp({
    ...OPEN,
    edge: { compression: true },
    log: { logger: new Lines().logger },
  })
  const broken = dependency(async function* () {
    yield 1
    await later(20)
    throw new Error('the commit failed')
  })
  const hanging = async function* () {
    for (;;) {
      yield 'text '.repeat(1000)
      await later(10)
    }
  }
  app.get('/late', { timeout: '150ms' }, () => stream(hanging(), { contentType: 'text/plain' }))
  app.get('/commit', { params: { broken } }, () =>
    stream(['text '.repeat(1000)], { contentType: 'text/plain' }),
  )
  app.get('/failing', () =>
    stream(
      (async function* () {
        yield 'text '.repeat(1000)
        await later(20)
        throw new Error('half way')
      })(),
      { contentType: 'text/plain' },
    ),
  )
  app.get('/events', { timeout: '150ms' }, () =>
    sse(
      (async function* () {
        for (;;) {
          yield { data: 'x' }
          await later(10)
        }
      })(),
    ),
  )
  app.get('/readable', () => {
    const source = new Readable({ read() {} })
    source.push('text')
    setTimeout(() => source.destroy(new Error('late')), 30)
    return source
  })
  return app
}

const PATHS = ['/late', '/commit', '/failing', '/events', '/readable']

test.each(
  PATHS.flatMap(
    (path) =>
      [
        [path, 'gzip'],
        [path, 'identity'],
      ] as const,
  ),
)('HTTP/1.1 %s %s does not look complete', async (path, coding) => {
  const server = await serve(build(), { port: 0, signals: false, drainTimeout: '100ms' })
  try {
    const whole = fetch(server.url + path, { headers: { 'accept-encoding': coding } }).then((r) =>
      r.arrayBuffer(),
    )
    await expect(within(whole, 'the end', 4000)).rejects.toThrow(/terminated|fetch failed/)
  } finally {
    await server.close()
  }
})

test.each(PATHS)('HTTP/2 %s does not look complete', async (path) => {
  const { key, cert } = selfSigned()
  const server = await serve(build(), {
    port: 0,
    signals: false,
    tls: { key, cert },
    drainTimeout: '100ms',
  })
  const client = connectHttp2(server.url.replace('127.0.0.1', 'localhost'), { ca: cert })
  client.on('error', () => {})
  try {
    const asked = client.request({ ':path': path })
    let failed = false
    asked.on('error', () => {
      failed = true
    })
    asked.resume()
    await within(
      once(asked, 'close').catch(() => {}),
      'the end',
      4000,
    )
    expect(failed || asked.rstCode !== 0).toBe(true)
  } finally {
    client.destroy()
    await server.close()
  }
})

test.each(PATHS)('app.fetch %s does not look complete', async (path) => {
  const answer = await build().fetch(new Request(`http://localhost${path}`))
  await expect(within(answer.arrayBuffer(), 'the end', 4000)).rejects.toThrow()
})
