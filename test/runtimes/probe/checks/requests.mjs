import assert from 'node:assert/strict'
import { gunzipSync } from 'node:zlib'
import { BIG_TEXT } from '../app.mjs'
import { json, problem } from '../asking.mjs'

export const REQUEST_CHECKS = {
  async 'GET with a path and a query argument'({ send }) {
    const answer = await send('/items/7?verbose=true')
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-type'), 'application/json')
    assert.deepEqual(await answer.json(), { id: 7, verbose: true })
  },

  async 'POST with JSON, two cookies set'({ send }) {
    const answer = await send('/orders', json({ sku: 'ä\u{1f600}', count: 2 }))
    assert.equal(answer.status, 500, 'a location header cannot carry this text')
    const good = await send('/orders', json({ sku: 'a', count: 2 }))
    assert.equal(good.status, 201)
    assert.equal(good.headers.get('location'), '/orders/a')
    assert.deepEqual(
      good.headers.getSetCookie().map((line) => line.slice(0, 3)),
      ['a=1', 'b=2'],
    )
    assert.deepEqual(await good.json(), { sku: 'a', count: 2 })
  },

  async 'POST with wrong JSON lists every issue'({ send }) {
    const { issues } = await problem(
      await send('/orders', json({ sku: '', count: 'two' })),
      400,
      'VALIDATION_ERROR',
    )
    assert.deepEqual(issues.map(({ source, pointer }) => [source, pointer]).sort(), [
      ['body', '/count'],
      ['body', '/sku'],
    ])
    await problem(await send('/orders', { ...json({}), body: '{"sku":' }), 400, 'invalid_json')
  },

  async '404, and 405 with Allow'({ send }) {
    await problem(await send('/nowhere'), 404, 'not_found')
    const answer = await send('/orders', { method: 'DELETE' })
    assert.equal(answer.headers.get('allow'), 'OPTIONS, POST')
    await problem(answer, 405, 'method_not_allowed')
  },

  async 'HEAD is GET without its body'({ send }) {
    const answer = await send('/items/7', { method: 'HEAD' })
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('content-length'), '24')
    assert.equal(await answer.text(), '')
  },

  async 'OPTIONS names the methods'({ send }) {
    const answer = await send('/items/7', { method: 'OPTIONS' })
    assert.equal(answer.status, 204)
    assert.equal(answer.headers.get('allow'), 'GET, HEAD, OPTIONS')
    assert.equal(await answer.text(), '')
  },

  async 'no value is 204, bytes are bytes'({ send }) {
    const none = await send('/none')
    assert.equal(none.status, 204)
    assert.equal(await none.text(), '')
    const bytes = await send('/bytes')
    assert.equal(bytes.headers.get('content-type'), 'application/octet-stream')
    assert.deepEqual(await bytes.arrayBuffer(), new Uint8Array([0, 127, 128, 255]).buffer)
  },

  async 'security headers and a request id, each once, on every kind of answer'({ send }) {
    const paths = ['/items/7', '/nowhere', '/me', '/boom', '/none', '/ticks', '/file', '/mcp']
    for (const path of paths) {
      const answer = await send(path)
      await answer.text()
      const seen = (name) => `${path} ${name}: ${answer.headers.get(name)}`
      assert.equal(seen('x-content-type-options'), `${path} x-content-type-options: nosniff`)
      assert.equal(seen('x-frame-options'), `${path} x-frame-options: DENY`)
      assert.equal(seen('referrer-policy'), `${path} referrer-policy: same-origin`)
      assert.match(answer.headers.get('x-request-id') ?? '', /^[0-9a-f]{32}$/, path)
    }
    const own = await send('/items/7', { headers: { 'x-request-id': 'mine' } })
    assert.equal(own.headers.get('x-request-id'), 'mine')
  },

  async 'an unexpected error says nothing of itself'({ send }) {
    const answer = await send('/boom')
    assert.equal(answer.status, 500)
    const text = await answer.text()
    assert.equal(JSON.parse(text).code, 'INTERNAL_ERROR')
    assert.ok(!text.includes('password'))
  },

  async 'text of a caller forges no header'({ send }) {
    for (const value of ['a\r\nx-evil: 1', 'a\nx-evil: 1', 'a\0b', '\u010d\u010ax-evil: 1']) {
      const answer = await send('/reflect', json({ name: 'x-note', value }))
      assert.equal(answer.status, 500)
      assert.equal(answer.headers.get('x-evil'), null)
      await answer.text()
    }
    const framing = await send('/reflect', json({ name: 'content-length', value: '1' }))
    assert.equal(framing.status, 500)
    await framing.text()
  },

  async 'entity tags, ranges and files'({ send }) {
    const tagged = await send('/tagged')
    const tag = tagged.headers.get('etag')
    assert.match(tag ?? '', /^"[\w-]{27}"$/)
    await tagged.text()
    const again = await send('/tagged', { headers: { 'if-none-match': tag } })
    assert.equal(again.status, 304)
    assert.equal(await again.text(), '')
    const part = await send('/file', { headers: { range: 'bytes=3-10' } })
    assert.equal(part.status, 206)
    assert.equal(await part.text(), 'The app ')
  },

  async 'a file says its length'({ send }) {
    const part = await send('/file', { headers: { range: 'bytes=3-10' } })
    assert.equal(part.headers.get('content-length'), '8')
    await part.text()
  },

  async 'compressed answers'({ send, decodes }) {
    for (const encoding of ['gzip', 'br', 'zstd']) {
      const answer = await send('/big', { headers: { 'accept-encoding': encoding } })
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.get('vary'), 'accept-encoding')
      const body = new Uint8Array(await answer.arrayBuffer())
      const whole = decodes || encoding !== 'gzip' ? null : gunzipSync(body)
      if (whole !== null) assert.equal(new TextDecoder().decode(whole), BIG_TEXT)
      else if (decodes && encoding === 'gzip') {
        assert.equal(new TextDecoder().decode(body), BIG_TEXT)
      }
    }
  },

  async 'two hundred at once, each its own answer'({ send }) {
    const ids = Array.from({ length: 200 }, (_, index) => index)
    const answers = await Promise.all(ids.map(async (id) => (await send(`/items/${id}`)).json()))
    assert.deepEqual(
      answers.map(({ id }) => id),
      ids,
    )
  },

  async 'the access log has the answer, with its size'({ send, logged }) {
    const answer = await send('/items/7')
    await answer.text()
    const { status_code, outcome, bytes, path } = await logged(answer.headers.get('x-request-id'))
    assert.deepEqual(
      { status_code, outcome, bytes, path },
      {
        ...{ status_code: 200, outcome: 'ok', bytes: 24, path: '/items/7' },
      },
    )
  },
}
