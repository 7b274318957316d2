// Who attacks: anybody who can send bytes. What they would win: a stack overflow in a recursive
// walker (a 500, or a dead process), for a body of a few kilobytes.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Attacked, attacked, post, postEverywhere } from './attacked-app.ts'

let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

const nested = (levels: number, open = '[', close = ']', inside = '') =>
  open.repeat(levels) + inside + close.repeat(levels)

it.each([
  ['arrays', nested(1900)],
  ['objects', nested(600, '{"a":', '}', '1')],
  ['arrays that never close', '['.repeat(3900)],
  ['one level too many', nested(33)],
])('W-32 HTTP-6 deep %s are refused with 400', async (_, document) => {
  const http = await post(`${target.url}/echo`, document)
  expect(http.status).toBe(400)
  expect(http.json['code']).toBe('invalid_json')
  const args = `{"document":${document}}`
  for (const [surface, seen] of await postEverywhere(target.url, 'echo', args)) {
    expect(seen.status, surface).toBe(400)
  }
  expect(target.seen.args).toEqual([])
})

it('ABIND-12 HTTP-6 the same depth passes on every surface', async () => {
  // 31 levels inside a field: the deepest that HTTP takes in a JSON object.
  const args = `{"document":${nested(31)}}`
  expect((await post(`${target.url}/echo`, nested(32))).status).toBe(200)
  for (const [surface, seen] of await postEverywhere(target.url, 'echo', args)) {
    expect(seen.text, surface).not.toContain('deeper')
    expect(seen.status, surface).toBe(200)
  }
  for (const [surface, seen] of await postEverywhere(
    target.url,
    'echo',
    `{"document":${nested(32)}}`,
  )) {
    expect(seen.status, surface).toBe(400)
  }
})
