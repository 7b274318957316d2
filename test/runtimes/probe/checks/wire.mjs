import assert from 'node:assert/strict'
import { Wire } from '../wire.mjs'

function head(line, port, lines = []) {
  return [`${line} HTTP/1.1`, `Host: 127.0.0.1:${port}`, ...lines, '', ''].join('\r\n')
}

function names({ headers }) {
  return headers.map(([name]) => name).filter((name) => name !== 'set-cookie')
}

/** Asks once on a connection of its own. */
async function once(port, text, method) {
  const wire = new Wire(port)
  try {
    wire.say(text)
    return await wire.answer(method)
  } finally {
    wire.leave()
  }
}

/** What only a socket shows; for every way that listens on one. */
export const WIRE_CHECKS = {
  async 'every header stands there once'({ port }) {
    const body = '{"sku":"a","count":1}'
    const asked = {
      'GET /items/7': [],
      'GET /nowhere': [],
      'GET /me': [],
      'HEAD /items/7': [],
      'OPTIONS /items/7': [],
      'GET /none': [],
      'GET /ticks': [],
      'GET /file': [],
      'POST /orders': ['Content-Type: application/json', `Content-Length: ${body.length}`],
    }
    for (const [line, lines] of Object.entries(asked)) {
      const method = line.split(' ')[0]
      const text = head(line, port, lines) + (method === 'POST' ? body : '')
      const answer = await once(port, text, method)
      const seen = names(answer)
      assert.deepEqual(seen, [...new Set(seen)], line)
      for (const name of ['x-content-type-options', 'x-frame-options', 'x-request-id']) {
        assert.ok(seen.includes(name), `${line} has ${name}`)
      }
      if (method === 'POST') {
        const cookies = answer.headers.filter(([name]) => name === 'set-cookie')
        assert.equal(cookies.length, 2)
      }
      const lengths = seen.filter((name) => /^(content-length|transfer-encoding)$/.test(name))
      assert.ok(lengths.length <= 1, `${line} says its length once`)
    }
  },

  async 'a connection is used again, and requests may follow each other'({ port }) {
    const wire = new Wire(port)
    wire.say(head('GET /items/1', port) + head('GET /items/2', port))
    assert.equal((await wire.answer()).body, '{"id":1,"verbose":false}')
    assert.equal((await wire.answer()).body, '{"id":2,"verbose":false}')
    wire.say(head('GET /items/3', port))
    assert.equal((await wire.answer()).body, '{"id":3,"verbose":false}')
    wire.leave()
  },

  async 'the client address is the peer, whatever a header says'({ send }) {
    const answer = await send('/address', { headers: { 'x-forwarded-for': '203.0.113.9' } })
    const { address } = await answer.json()
    assert.ok(/^(::ffff:)?127\.0\.0\.1$/.test(address), address)
  },

  async 'a request without Host is refused'({ port }) {
    const answer = await once(port, 'GET /items/1 HTTP/1.1\r\n\r\n')
    assert.ok(answer === null || answer.status === 400, `it is ${answer?.status}`)
  },

  async 'a foreign or second Host is refused'({ port }) {
    const requests = [
      'GET /items/1 HTTP/1.1\r\nHost: evil.example\r\n\r\n',
      `GET /items/1 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nHost: evil.example\r\n\r\n`,
      `GET /items/1 HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
    ]
    for (const request of requests) {
      const answer = await once(port, request)
      assert.ok(answer === null || answer.status === 400, `${request} is ${answer?.status}`)
    }
  },

  async 'two lengths of one body are refused'({ port }) {
    const framings = [
      ['Content-Length: 2', 'Transfer-Encoding: chunked'],
      ['Content-Length: 2', 'Content-Length: 3'],
      ['Content-Length: +2'],
      ['Transfer-Encoding: xchunked'],
    ]
    for (const lines of framings) {
      const wire = new Wire(port)
      wire.say(`${head('POST /count', port, lines)}0\r\n\r\n${head('GET /items/9', port)}`)
      const answer = await wire.answer()
      assert.ok(answer === null || answer.status === 400, `${lines} is ${answer?.status}`)
      // What would come after the body, for a server that believes the other length.
      assert.ok(!(await wire.rest()).includes('"id":9'), `${lines}: a request was smuggled`)
      wire.leave()
    }
  },

  async 'a coding that is not understood is refused'({ port }) {
    const answer = await once(
      port,
      `${head('POST /count', port, ['Transfer-Encoding: gzip, chunked'])}0\r\n\r\n`,
    )
    assert.ok(answer === null || answer.status === 400, `it is ${answer?.status}`)
  },

  async 'a head without end is refused'({ port }) {
    const answer = await once(port, head('GET /items/1', port, [`X-Long: ${'x'.repeat(100_000)}`]))
    assert.ok(answer === null || [400, 431].includes(answer.status), `it is ${answer?.status}`)
  },

  async 'a body of unknown length over the limit is refused while it comes'({ port }) {
    const wire = new Wire(port)
    wire.say(head('POST /count', port, ['Transfer-Encoding: chunked']))
    const chunk = `10000\r\n${'x'.repeat(65_536)}\r\n`
    for (let sent = 0; sent <= 2 * 1024 * 1024; sent += 65_536) wire.say(chunk)
    const answer = await wire.answer()
    assert.equal(answer?.status, 413)
    assert.match(answer.body, /"code":"payload_too_large"/)
    wire.leave()
  },

  async 'a body that nobody asked for does not become the next request'({ port }) {
    const wire = new Wire(port)
    const smuggled = head('GET /items/9', port)
    wire.say(head('GET /items/1', port, [`Content-Length: ${smuggled.length}`]) + smuggled)
    wire.say(head('GET /items/2', port))
    assert.equal((await wire.answer()).body, '{"id":1,"verbose":false}')
    const next = await wire.answer()
    assert.ok(next === null || next.body === '{"id":2,"verbose":false}', next?.body)
    wire.leave()
  },
}

/** What `serve` adds to the ones above. */
export const SERVE_CHECKS = {
  async 'Expect: 100-continue is answered only when the body is wanted'({ port }) {
    const wire = new Wire(port)
    wire.say(head('POST /count', port, ['Content-Length: 2', 'Expect: 100-continue']))
    assert.equal((await wire.answer('HEAD')).status, 100)
    wire.say('ab')
    assert.equal((await wire.answer()).body, '{"bytes":2}')
    wire.leave()
    const refused = new Wire(port)
    refused.say(head('POST /me', port, ['Content-Length: 2', 'Expect: 100-continue']))
    assert.equal((await refused.answer()).status, 405)
    refused.leave()
  },

  async 'a request that cannot be read has a problem document'({ port }) {
    const answer = await once(port, 'nonsense\r\n\r\n')
    assert.equal(answer?.status, 400)
    assert.match(answer.body, /"code":"bad_request"/)
  },

  async 'a head of 16 KiB is 431'({ port }) {
    const answer = await once(port, head('GET /items/1', port, [`X-Long: ${'x'.repeat(20_000)}`]))
    assert.equal(answer?.status, 431)
  },
}
