import { createServer, type IncomingHttpHeaders } from 'node:http'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { HttpError } from 'trefoil'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import { partContract, testClient } from 'trefoil/testing'
import { type WebhookOutbox, type WebhooksOptions, webhooks } from 'trefoil/webhooks'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { deliver } from '../../packages/trefoil/src/features/webhooks/deliver.ts'
import { Destinations } from '../../packages/trefoil/src/features/webhooks/destinations.ts'
import { jobsApp, jobsTable } from './jobs-app.ts'

interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

/** A receiver on this machine; `answers` are the statuses it gives, 204 after the last. */
async function receiver(answers: readonly number[] = [], location = '/elsewhere') {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += String(chunk)
    const status = answers[received.length] ?? 204
    received.push({ path: request.url ?? '', headers: request.headers, body })
    response.writeHead(status, { location }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  return { received, port, url: `http://127.0.0.1:${port}/hook` }
}

const KEYS = { keys: 'k'.repeat(32) }

function hooksApp(options: Partial<WebhooksOptions> = {}) {
  const it = jobsApp()
  const { app, data, jobs, clock } = it
  const local = { http: true, allow: ['127.0.0.0/8'] }
  const hooks = webhooks({ data, jobs, clock, ...KEYS, ...local, ...options })
  app.include(hooks)
  const { outbox } = hooks
  app.post(
    '/events/{type}',
    { params: { type: z.string(), fail: z.boolean().default(false), outbox } },
    async ({ type, fail, outbox }) => {
      const id = await outbox.publish(type, { n: 1, é: ['🍀'] })
      if (fail) throw new HttpError(409, 'No')
      return { id }
    },
  )
  const route = (path: string, run: (outbox: WebhookOutbox, id: string) => unknown) =>
    app.post(path, { params: { outbox, id: z.string() } }, ({ outbox, id }) => run(outbox, id))
  route('/rotate', async (one, id) => ({ secret: await one.rotateSecret(id) }))
  route('/remove', async (one, id) => ({ removed: await one.removeEndpoint(id) }))
  app.post('/list', { params: { outbox } }, ({ outbox }) => outbox.endpoints())
  app.post(
    '/endpoints',
    { params: { url: z.string(), events: z.array(z.string()).default([]), outbox } },
    ({ url, events, outbox }) => outbox.addEndpoint({ url, events }),
  )
  const { http } = testClient(app)
  const post = async (path: string, json: object = {}, token = 'ada.acme') => {
    const answer = await http.post(path, { json, token })
    return { status: answer.status, ...(answer.json() as Record<string, string>) }
  }
  return { ...it, post }
}

describe('the outbox', () => {
  test('a message leaves after its call, signed so that a foreign verifier takes it', async () => {
    const { received, url } = await receiver()
    const it = hooksApp()
    it.clock.at = Date.now()
    const { secret = '' } = await it.post('/endpoints', { url })
    expect(secret).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
    const { id } = await it.post('/events/order.created')
    expect(received).toEqual([])
    expect(await it.jobs.runDue()).toBe(1)
    const [{ path, headers, body }] = received as [Received]
    expect(path).toBe('/hook')
    expect(headers['webhook-id']).toBe(id)
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
      type: 'order.created',
      timestamp: new Date(it.clock.at).toISOString(),
      data: { n: 1, é: ['🍀'] },
    })
    expect(() =>
      new Webhook(secret).verify(`${body} `, headers as Record<string, string>),
    ).toThrow()
    // Neither the secret nor what it is made of is anywhere in the database.
    const tables = [await jobsTable(it), await it.post('/list')]
    expect(JSON.stringify(tables)).not.toContain(secret.slice(6))
  })

  test('of a call that fails nothing leaves', async () => {
    const { received, url } = await receiver()
    const it = hooksApp()
    await it.post('/endpoints', { url })
    expect((await it.post('/events/a', { fail: true })).status).toBe(409)
    expect(await it.jobs.runDue()).toBe(0)
    expect(received).toEqual([])
  })

  test('goes to endpoints of the tenant that take its type, once each', async () => {
    const [all, some, theirs] = [await receiver(), await receiver(), await receiver()]
    const it = hooksApp()
    await it.post('/endpoints', { url: all.url })
    await it.post('/endpoints', { url: some.url, events: ['order.paid'] })
    await it.post('/endpoints', { url: theirs.url }, 'eve.other')
    await it.post('/events/order.created')
    await it.post('/events/order.paid')
    await it.jobs.runDue()
    const typesOf = ({ received }: typeof all) => received.map(({ body }) => JSON.parse(body).type)
    expect(typesOf(all).toSorted()).toEqual(['order.created', 'order.paid'])
    expect(typesOf(some)).toEqual(['order.paid'])
    expect(typesOf(theirs)).toEqual([])
  })

  test('PW-41: endpoints of another tenant look like none', async () => {
    const { url } = await receiver()
    const it = hooksApp()
    const { id = '' } = await it.post('/endpoints', { url })
    for (const path of ['/rotate', '/remove']) {
      const none = await it.post(path, { id: 'none' }, 'eve.other')
      expect(await it.post(path, { id }, 'eve.other')).toEqual(none)
    }
    expect(Object.keys(await it.post('/list', {}, 'eve.other'))).toEqual(['status'])
    expect(await it.post('/remove', { id })).toMatchObject({ removed: true })
  })

  test('is tried again with the same id and text until it is taken; a redirect is no yes', async () => {
    const other = await receiver()
    const { received, url } = await receiver([500, 307, 429], other.url)
    const it = hooksApp()
    const { secret = '' } = await it.post('/endpoints', { url })
    await it.post('/events/a')
    for (let round = 0; round < 4; round++) {
      await it.jobs.runDue()
      it.clock.pass(60_000)
    }
    expect(received).toHaveLength(4)
    expect(new Set(received.map(({ body }) => body)).size).toBe(1)
    expect(new Set(received.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
    expect(new Set(received.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(4)
    expect(other.received).toEqual([])
    expect(await jobsTable(it)).toMatchObject([{ state: 'done', failures: 3 }])
    expect(JSON.stringify(it.lines)).not.toContain(secret)
  })

  test('an endpoint that says it is gone is sent nothing any more, until its secret is changed', async () => {
    const { received, url } = await receiver([410])
    const it = hooksApp()
    const { id } = await it.post('/endpoints', { url })
    await it.post('/events/a')
    await it.post('/events/b')
    await it.jobs.runDue()
    await it.post('/events/c')
    expect(await it.jobs.runDue()).toBe(0)
    expect(received.length).toBeLessThan(3)
    await it.post('/rotate', { id })
    const before = received.length
    await it.post('/events/d')
    await it.jobs.runDue()
    expect(received.length).toBe(before + 1)
  })

  test('a changed secret signs at once, the one before as well for a day', async () => {
    const { received, url } = await receiver()
    const it = hooksApp()
    it.clock.at = Date.now()
    const { id, secret: old = '' } = await it.post('/endpoints', { url })
    const { secret = '' } = await it.post('/rotate', { id })
    expect(secret).not.toBe(old)
    await it.post('/events/a')
    await it.jobs.runDue()
    it.clock.pass(86_400_000)
    await it.post('/events/a')
    await it.jobs.runDue()
    const verifies = (at: number, key: string) => {
      const { body, headers } = received[at] as Received
      const signed = String(headers['webhook-signature'])
      const expected = new Webhook(key).sign(
        String(headers['webhook-id']),
        new Date(Number(headers['webhook-timestamp']) * 1000),
        body,
      )
      return signed.split(' ').includes(expected)
    }
    expect([verifies(0, secret), verifies(0, old)]).toEqual([true, true])
    expect([verifies(1, secret), verifies(1, old)]).toEqual([true, false])
  })

  test('one that never answers is given up, and tried again', async () => {
    const server = createServer(() => {})
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const { port } = server.address() as AddressInfo
    const it = hooksApp({ timeout: '30ms' })
    await it.post('/endpoints', { url: `http://127.0.0.1:${port}/` })
    await it.post('/events/a')
    await it.jobs.runDue()
    expect(await jobsTable(it)).toMatchObject([{ state: 'waiting', failures: 1 }])
  })

  test.each([
    [
      'wants another protocol',
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n',
      false,
    ],
    ['answers nothing', '', false],
    ['says no HTTP', '220 mail.example ESMTP\r\n', false],
    ['has a head without an end', `HTTP/1.1 200 OK\r\na: ${'x'.repeat(100_000)}`, false],
    ['says yes, and never ends its body', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nx', true],
  ])('an endpoint that %s is not waited for', async (_, answer, isTaken) => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {})
      socket.once('data', () => (answer === '' ? socket.end() : socket.write(answer)))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as AddressInfo
    const sent = deliver(
      {
        url: new URL(`http://127.0.0.1:${port}/`),
        id: 'msg_1',
        timestamp: 1,
        body: '{}',
        secrets: [],
      },
      new Destinations(['127.0.0.0/8']),
      20_000,
      new AbortController().signal,
    )
    if (isTaken) await sent
    else await expect(sent).rejects.toThrow(Error)
  })
})

describe('what is not public is not reached', () => {
  const refused = [
    'http://127.0.0.1/',
    'https://localhost.example@127.0.0.1/',
    'https://127.0.0.1/',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://0/',
    'https://10.1.2.3/',
    'https://169.254.169.254/latest/meta-data',
    'https://100.64.0.1/',
    'https://192.168.0.1/',
    'https://[::1]/',
    'https://[::]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:7f00:1]/',
    'https://[64:ff9b::7f00:1]/',
    'https://[2002:7f00:1::]/',
    'https://[fd00::1]/',
    'https://[fe80::1]/',
    'https://a:b@example.com/',
    'https://example.com/#x',
    'ftp://example.com/',
    'file:///etc/passwd',
    'javascript:alert(1)',
    '//example.com',
    `https://example.com/${'x'.repeat(3000)}`,
    '',
  ]

  test('no URL that is one of our own network, has a password, or is no https', async () => {
    const it = hooksApp({ http: false, allow: [] })
    for (const url of refused) {
      expect([url, await it.post('/endpoints', { url })]).toMatchObject([
        url,
        { status: 422, code: 'webhook_url_refused' },
      ])
    }
    for (const url of [
      'https://example.com/',
      'https://93.184.216.34:8443/a?b',
      'https://[2606:4700::1]/',
    ]) {
      expect([url, await it.post('/endpoints', { url })]).toMatchObject([url, { status: 200 }])
    }
  })

  test('a name that leads to this machine is refused when it is looked up, and nothing is sent', async () => {
    const { received, port } = await receiver()
    const it = hooksApp({ allow: ['10.0.0.0/8'] })
    expect(await it.post('/endpoints', { url: `http://localhost:${port}/` })).toMatchObject({
      status: 200,
    })
    await it.post('/events/a')
    await it.jobs.runDue()
    expect(received).toEqual([])
    expect(await jobsTable(it)).toMatchObject([
      { failure: 'AddressRefused: The endpoint is at an address that is not public' },
    ])
  })

  test('options that are wrong are refused, and a key is never told', () => {
    const { data, jobs } = jobsApp()
    const make = (options: object) => () => webhooks({ data, jobs, ...KEYS, ...options } as never)
    expect(make({ keys: 'short-secret' })).toThrow(/^(?!.*short-secret).*webhooks\(\): keys/)
    expect(make({ allow: ['10.0.0.0/99'] })).toThrow('webhooks(): allow: entry 1 is no network')
    expect(make({ jobs: {} })).toThrow('webhooks(): jobs must be a part of jobQueue()')
    expect(make({ timeout: 5 })).toThrow('webhooks(): timeout')
  })
})

describe('webhooks() keeps the contract of parts', () => {
  const make = () => {
    const data = database(':memory:')
    return webhooks({ data, jobs: jobQueue({ data }), ...KEYS })
  }
  for (const { name, run } of partContract(make)) test(name, run)
})

describe('jobQueue() keeps the contract of parts', () => {
  for (const { name, run } of partContract(() => jobQueue({ data: database(':memory:') }))) {
    test(name, run)
  }
})
