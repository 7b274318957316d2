// What they would win: the end of the process, or its standstill.
import { expect, test } from 'vitest'
import { runModule } from '../findings/surfaces.ts'

const HEAD = `
import { createApp, dependency, stream, HttpError } from 'trefoil'
import { serve } from 'trefoil/node'
const silent = () => {}
const logger = { debug: silent, info: silent, warn: silent, error: silent }
const open = { publicSurfaces: ['api', 'mcp', 'cli'], log: { logger } }
const later = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
`

test('a source of empty pieces does not stop the process (collected)', async () => {
  const ran = await runModule(`${HEAD}
    import { Worker, isMainThread } from 'node:worker_threads'
    const app = createApp({ ...open, limits: { timeout: '100ms' } })
    app.get('/empty', { name: 'empty', description: 'x', cli: true }, () =>
      stream((async function* () { for (;;) yield '' })()))
    await app.startup()
    new Worker('setTimeout(() => { process.stdout.write("stuck"); process.kill(process.pid, "SIGKILL") }, 4000)', { eval: true }).unref()
    const answer = await app.localActions({ headers: [] }).call({ action: 'empty', arguments: {} })
    console.log(JSON.stringify(answer))
    process.exit(0)
  `)
  expect(ran.out).toContain('TIMEOUT')
})

test('a source of empty pieces does not stop the process (sent)', async () => {
  const ran = await runModule(`${HEAD}
    import { Worker } from 'node:worker_threads'
    const app = createApp({ ...open, limits: { timeout: '100ms' } })
    app.get('/empty', { timeout: '100ms' }, () => stream((async function* () { for (;;) yield '' })()))
    app.get('/plain', () => 'plain')
    const server = await serve(app, { port: 0, signals: false })
    new Worker('setTimeout(() => { process.kill(process.pid, "SIGKILL") }, 4000)', { eval: true }).unref()
    fetch(server.url + '/empty').catch(() => {})
    await later(50)
    console.log(await (await fetch(server.url + '/plain')).text())
    process.exit(0)
  `)
  expect(ran.out).toContain('plain')
})

// Was wrong: engine/views/handler-call.ts:43: what is asked for and not yet awaited is held by nobody
test('a dependency that fails before its handler awaits it does not end the process', async () => {
  const ran = await runModule(`${HEAD}
    const app = createApp({ ...open, limits: { timeout: '50ms' } })
    const db = dependency(async () => { await later(80); return {} })
    app.get('/x', async (_args, call) => {
      const opening = call.resolve(db)
      await later(200)
      await opening
      return 'x'
    })
    const answer = await app.fetch(new Request('http://localhost/x'))
    console.log(answer.status)
    await later(400)
    console.log('alive')
  `)
  expect(ran.out).toBe('504\nalive\n')
})

// Was wrong: the same for call.authorize
test('an authorize that is refused before its handler awaits it does not end the process', async () => {
  const ran = await runModule(`${HEAD}
    import { AuthContext, guard } from 'trefoil/auth'
    const app = createApp({ log: { logger }, publicSurfaces: ['mcp', 'cli'], auth: [{ authenticate: (_request) => new AuthContext({ subject: 'a' }), surfaces: ['api'] }] })
    app.get('/x', async (_args, call) => {
      const asking = call.authorize(guard({ name: 'no', check: () => false }))
      await later(50)
      await asking
      return 'x'
    })
    const answer = await app.fetch(new Request('http://localhost/x'))
    console.log(answer.status)
    console.log('alive')
  `)
  expect(ran.out).toBe('403\nalive\n')
})

// Was wrong: engine/middleware.ts:178: who looks at next() without catching counts as somebody who waits
test('a middleware that only watches next() does not end the process', async () => {
  const ran = await runModule(`${HEAD}
    const app = createApp({ ...open })
    const kept = 'kept'
    app.get('/x', { middleware: [async (_call, next) => { next().then(() => {}); return kept }] }, async () => {
      await later(20)
      throw new HttpError(404, 'nothing')
    })
    const answer = await app.fetch(new Request('http://localhost/x'))
    console.log(answer.status)
    await later(100)
    console.log('alive')
  `)
  expect(ran.out).toBe('404\nalive\n')
})

test('something iterable whose on() cannot be called does not end the process', async () => {
  const ran = await runModule(`${HEAD}
    const app = createApp({ ...open })
    app.get('/x', async () => {
      await null
      return { on: true, destroy() {}, async *[Symbol.asyncIterator]() { yield 'x' } }
    })
    const answering = app.fetch(new Request('http://localhost/x')).then(({ status }) => console.log(status))
    await Promise.race([answering, later(500)])
    console.log('alive')
  `)
  expect(ran.out).toMatch(/^(200|500)\nalive\n$/)
})

test('what a late handler does after its 504 ends nothing', async () => {
  const ran = await runModule(`${HEAD}
    const app = createApp({ ...open, limits: { timeout: '30ms' } })
    const db = dependency(() => 1)
    app.post('/x', async (_args, call) => {
      await later(60)
      call.background(() => {})
    })
    app.post('/y', async (_args, call) => {
      await later(60)
      await call.resolve(db)
    })
    app.post('/z', async (_args, call) => {
      for await (const piece of call.request.stream()) void piece
      await later(60)
      throw new Error('late')
    })
    for (const path of ['/x', '/y', '/z']) {
      console.log((await app.fetch(new Request('http://localhost' + path, { method: 'POST', body: 'abc' }))).status)
    }
    await later(150)
    console.log('alive')
  `)
  expect(ran.out).toBe('504\n504\n504\nalive\n')
})
