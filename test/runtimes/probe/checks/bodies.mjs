import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { problem } from '../asking.mjs'

function upload(bytes) {
  const body = new FormData()
  body.append('title', 'Täst')
  body.append('doc', new Blob([bytes], { type: 'application/octet-stream' }), 'data.bin')
  return { method: 'POST', body }
}

function pattern(size) {
  return Uint8Array.from({ length: size }, (_, index) => (index * 7 + (index >> 8)) & 255)
}

export const BODY_CHECKS = {
  async 'a form with a file'({ send }) {
    const bytes = pattern(1000)
    const answer = await send('/upload', upload(bytes))
    assert.equal(answer.status, 200)
    assert.deepEqual(await answer.json(), {
      title: 'Täst',
      name: 'data.bin',
      size: 1000,
      sha256: createHash('sha256').update(bytes).digest('hex'),
    })
  },

  async 'a file too large for memory goes through the disk'({ send }) {
    const bytes = pattern(1_500_000)
    const answer = await send('/upload', upload(bytes))
    const { size, sha256 } = await answer.json()
    assert.equal(size, bytes.length)
    assert.equal(sha256, createHash('sha256').update(bytes).digest('hex'))
  },

  async 'a body read as a stream, and one over the limit'({ send }) {
    const good = await send('/count', { method: 'POST', body: pattern(1_000_000) })
    assert.deepEqual(await good.json(), { bytes: 1_000_000 })
    const large = { method: 'POST', body: pattern(2 * 1024 * 1024 + 1) }
    await problem(await send('/count', large), 413, 'payload_too_large')
  },
}
