import { expect, test } from 'vitest'
import { DocumentMemo } from './document-memo.ts'

function counting() {
  const made: string[] = []
  const compress = async (body: string | Uint8Array, encoding: string) => {
    made.push(`${encoding} ${body}`)
    return new TextEncoder().encode(`${encoding}(${body})`)
  }
  return { made, compress }
}

test('RFC 9110 §8.8: the tag is that of the body, and follows it', () => {
  const memo = new DocumentMemo()
  const first = memo.tagOf('a')
  expect(memo.tagOf('a')).toBe(first)
  expect(new DocumentMemo().tagOf('a')).toBe(first)
  expect(memo.tagOf('b')).not.toBe(first)
  expect(memo.tagOf('a')).toBe(first)
})

test('a document is compressed once in each coding, however many ask', async () => {
  const memo = new DocumentMemo()
  const { made, compress } = counting()
  const all = await Promise.all([
    memo.compressed('a', 'gzip', compress),
    memo.compressed('a', 'gzip', compress),
    memo.compressed('a', 'br', compress),
  ])
  expect(all.map((bytes) => new TextDecoder().decode(bytes))).toEqual([
    'gzip(a)',
    'gzip(a)',
    'br(a)',
  ])
  expect(made).toEqual(['gzip a', 'br a'])
})

test('another body is never answered with the bytes of the one before', async () => {
  const memo = new DocumentMemo()
  const { made, compress } = counting()
  for (const body of ['a', 'b', 'a']) {
    const bytes = await memo.compressed(body, 'gzip', compress)
    expect(new TextDecoder().decode(bytes)).toBe(`gzip(${body})`)
  }
  expect(made).toEqual(['gzip a', 'gzip b', 'gzip a'])
})

test('a failure is not remembered', async () => {
  const memo = new DocumentMemo()
  const failing = () => Promise.reject(new Error('no memory'))
  await expect(memo.compressed('a', 'gzip', failing)).rejects.toThrow('no memory')
  const { compress } = counting()
  expect(await memo.compressed('a', 'gzip', compress)).toHaveLength(7)
})
