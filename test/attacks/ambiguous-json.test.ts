// Who attacks: a caller behind a filter (a gateway, an approval screen, an audit) that reads JSON
// differently. What they would win: the filter sees one value, the handler gets another.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Attacked, attacked, post, postEverywhere } from './attacked-app.ts'

let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

const REFUSED: readonly (readonly [string, string])[] = [
  ['duplicate key', '{"document":{"a":1,"a":2}}'],
  ['duplicate key, the same value', '{"document":{"a":1,"a":1}}'],
  ['duplicate key, one escaped', '{"document":{"a":1,"\\u0061":2}}'],
  ['duplicate argument', '{"document":1,"document":2}'],
  ['duplicate key deep inside', '{"document":[[{"x":{"k":1,"k":2}}]]}'],
  ['duplicate behind a colon in text', '{"document":{"a:":"b:","c":1,"c":2}}'],
  ['duplicate behind an escaped quote', '{"document":{"a":"\\\\","b":"\\":","b":2}}'],
  ['integer beyond 2^53', '{"document":9007199254740993}'],
  ['integer beyond 2^53, negative', '{"document":-9007199254740993}'],
  ['integer beyond 2^53, with a fraction of nothing', '{"document":9007199254740993.0}'],
  ['integer beyond 2^53, as an exponent', '{"document":1e16}'],
  ['integer far beyond', `{"document":1${'0'.repeat(400)}}`],
  ['infinity', '{"document":1e400}'],
  ['not a number', '{"document":NaN}'],
  ['lone surrogate', '{"document":"\\ud800"}'],
  ['lone surrogate in a key', '{"document":{"\\udc00":1}}'],
  ['two documents', '{"document":1}{"document":2}'],
  ['trailing comma', '{"document":[1,]}'],
  ['comment', '{"document":1/* 2 */}'],
  ['single quotes', "{'document':1}"],
  ['raw control character', '{"document":"a\u0001"}'],
]

describe('HTTP-7', () => {
  it.each(REFUSED)('%s is refused everywhere', async (_, args) => {
    const http = await post(`${target.url}/echo`, args)
    expect(http.status).toBe(400)
    expect(http.json['code']).toBe('invalid_json')
    for (const [surface, seen] of await postEverywhere(target.url, 'echo', args)) {
      expect(seen.status, surface).toBe(400)
      expect(seen.text, surface).toMatch(/mcp_parse_error|invalid_json/)
    }
    expect(target.seen.args).toEqual([])
  })

  it('BIND-12 bytes that are not UTF-8, and byte order marks, are refused', async () => {
    const quoted = (...bytes: number[]) => new Uint8Array([0x22, ...bytes, 0x22])
    for (const bytes of [
      quoted(0xff),
      quoted(0xc0, 0xaf),
      quoted(0xed, 0xa0, 0x80),
      new Uint8Array([0xef, 0xbb, 0xbf, 0x31]),
      new Uint8Array(Buffer.from('"utf-16"', 'utf16le')),
    ]) {
      expect((await post(`${target.url}/echo`, bytes)).status).toBe(400)
    }
  })

  it('what a double holds exactly passes unchanged', async () => {
    const { status } = await post(`${target.url}/echo`, '[9007199254740991,-9007199254740991,0.1]')
    expect(status).toBe(200)
    expect(target.seen.args.at(-1)?.['document']).toEqual([
      9007199254740991, -9007199254740991, 0.1,
    ])
  })
})
