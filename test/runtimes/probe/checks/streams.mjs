import assert from 'node:assert/strict'
import { freshName, open, opened } from '../gates.mjs'

export const STREAM_CHECKS = {
  async 'a stream arrives piece by piece'({ send }) {
    const key = freshName()
    const answer = await send(`/stream/${key}`)
    assert.equal(answer.headers.get('content-type'), 'text/plain; charset=utf-8')
    const reader = answer.body.getReader()
    const decoder = new TextDecoder()
    let text = ''
    // The second piece is made only after the first has come through.
    while (text.length < 4) text += decoder.decode((await reader.read()).value)
    assert.equal(text, 'one ')
    open(`more ${key}`)
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      text += decoder.decode(value)
    }
    assert.equal(text, 'one two')
  },

  async 'server-sent events'({ send }) {
    const answer = await send('/ticks')
    assert.equal(answer.headers.get('content-type'), 'text/event-stream')
    assert.equal(answer.headers.get('cache-control'), 'no-cache')
    assert.equal(
      await answer.text(),
      ':\n\nevent: tick\nid: 1\ndata: {"n":1}\n\nevent: tick\nid: 2\ndata: two\ndata: lines\n\n',
    )
  },

  async 'a stream that fails is no whole answer, and the log says failed'({ send, logged }) {
    const id = freshName()
    // The connection may be gone before the client has made an answer of what arrived.
    const whole = send('/torn', { headers: { 'x-request-id': id } }).then((answer) => answer.text())
    await assert.rejects(whole)
    assert.equal((await logged(id)).outcome, 'failed')
  },

  async 'a reader that leaves closes the source of the stream'({ send, logged }) {
    const key = freshName()
    const leave = new AbortController()
    const answer = await send(`/endless/${key}`, { signal: leave.signal })
    const reader = answer.body.getReader()
    await reader.read()
    const left = reader.cancel().catch(() => {})
    leave.abort()
    await left
    await opened(`closed ${key}`)
    assert.equal((await logged(answer.headers.get('x-request-id'))).outcome, 'aborted')
  },

  async 'a caller that leaves aborts the call'({ send }) {
    const key = freshName()
    const leave = new AbortController()
    const answer = send(`/wait/${key}`, { signal: leave.signal }).catch(() => {})
    await opened(`waiting ${key}`)
    leave.abort()
    await opened(`aborted ${key}`)
    await answer
  },

  async 'a caller that left before the answer is in the log'({ send, logged }) {
    const key = freshName()
    const leave = new AbortController()
    const headers = { 'x-request-id': key }
    const answer = send(`/wait/${key}`, { headers, signal: leave.signal }).catch(() => {})
    await opened(`waiting ${key}`)
    leave.abort()
    assert.equal((await logged(key)).outcome, 'aborted')
    await answer
  },

  async 'a call that was answered is not aborted later'({ send }) {
    const key = freshName()
    assert.equal(await (await send(`/after/${key}`)).text(), 'answered')
    // The runtime has had time to notice that the first answer is through.
    await (await send('/items/1')).text()
    open(`after ${key}`)
    assert.equal(await opened(`seen ${key}`), false)
  },
}
