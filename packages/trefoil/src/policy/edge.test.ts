import { describe, expect, test } from 'vitest'
import { Problem } from '../contract/problems/problem.ts'
import { createEdge, type EdgeFacts, LOCAL_HOSTS, parseHostPatterns } from './edge.ts'

function edge(hosts: readonly string[] | null = LOCAL_HOSTS, maxBodySize = 100) {
  const patterns = hosts === null ? null : parseHostPatterns(hosts)
  if (typeof patterns === 'string') throw new Error(patterns)
  const decide = createEdge({ hosts: patterns, maxBodySize, singleHeaders: [] })
  return (raw: readonly string[], inProcess: boolean, forwardedHost: string | null = null) =>
    decide(raw, inProcess, forwardedHost)
}

function say(decision: EdgeFacts | Problem): string {
  return decision instanceof Problem
    ? `${decision.status} ${decision.detail}`
    : `ok ${decision.host}`
}

const HOST = ['Host', 'localhost:3000'] as const

describe('hosts', () => {
  test.each([
    ['localhost'],
    ['LOCALHOST:3000'],
    ['127.0.0.1:8080'],
    ['[::1]:8080'],
    ['testserver'],
  ])('SEC-5: %s is answered when no host is configured', (host) => {
    expect(say(edge()(['Host', host], false))).toBe(`ok ${host}`)
  })

  test.each(['example.com', 'localhost.evil.test', 'evil-localhost', '', ':::', 'localhost, x'])(
    'SEC-5: %o is refused when no host is configured',
    (host) => {
      expect(say(edge()(['host', host], false))).toBe('400 Invalid Host header')
    },
  )

  test('SEC-1: two Host headers are refused, equal ones too, with checks off too', () => {
    const raw = ['Host', 'localhost', 'host', 'localhost']
    expect(say(edge()(raw, false))).toBe('400 Invalid Host header')
    expect(say(edge(null)(raw, true))).toBe('400 Invalid Host header')
  })

  test('SEC-5: a missing Host passes in process only, or with checks off', () => {
    expect(say(edge()([], false))).toBe('400 Invalid Host header')
    expect(say(edge()([], true))).toBe('ok ')
    expect(say(edge(null)([], false))).toBe('ok ')
  })

  test('SEC-5: with checks off any host passes that is one', () => {
    expect(say(edge(null)(['host', 'evil.test'], false))).toBe('ok evil.test')
    expect(say(edge(null)(['host', 'a b'], false))).toBe('400 Invalid Host header')
  })

  test('SEC-4: a remembered host is still checked for its other headers', () => {
    const decide = edge(['example.com'])
    expect(say(decide(['host', 'example.com'], false))).toBe('ok example.com')
    expect(say(decide(['host', 'example.com', 'content-length', '101'], false))).toMatch(/^413/)
    for (let index = 0; index < 300; index++) decide(['host', `example.com:${index}`], false)
    expect(say(decide(['host', 'example.com:65000'], false))).toBe('ok example.com:65000')
    expect(say(decide(['host', 'example.org'], false))).toBe('400 Invalid Host header')
  })

  test('SEC-6: a host named by a trusted proxy is checked in place of the sent one', () => {
    const decide = edge(['example.com'])
    expect(say(decide(['host', 'internal:3000'], false, 'example.com'))).toBe('ok example.com')
    expect(say(decide(['host', 'example.com'], false, 'evil.test'))).toBe('400 Invalid Host header')
  })

  test('SEC-4: the first text that is no pattern is named', () => {
    expect(parseHostPatterns(['a.example', 'b c', '**'])).toBe('b c')
  })
})

describe('repeated and contradicting headers', () => {
  test.each([
    ['Authorization', ['Authorization', 'Bearer a', 'authorization', 'Bearer a']],
    ['Proxy-Authorization', ['Proxy-Authorization', 'a', 'proxy-authorization', 'b']],
    ['Content-Length', ['Content-Length', '1', 'content-length', '1']],
    ['Content-Length', ['Content-Length', '1', 'Transfer-Encoding', 'chunked']],
    ['Content-Length', ['transfer-encoding', 'chunked', 'content-length', '1']],
    ['Transfer-Encoding', ['transfer-encoding', 'chunked', 'Transfer-Encoding', 'chunked']],
    ['Transfer-Encoding', ['transfer-encoding', 'gzip, chunked']],
  ])('SEC-1: %s', (name, raw) => {
    expect(say(edge()([...HOST, ...raw], false))).toBe(`400 Invalid ${name} header`)
  })

  test('SEC-1: once each is fine', () => {
    const raw = [...HOST, 'Authorization', 'a', 'Proxy-Authorization', 'b', 'Content-Length', '1']
    expect(say(edge()(raw, false))).toBe('ok localhost:3000')
    expect(say(edge()([...HOST, 'Transfer-Encoding', 'chunked'], false))).toBe('ok localhost:3000')
  })

  test.each(['+5', ' 5', '5 ', '1_0', '٣', '-1', '1.0', '0x1', '', '1,1'])(
    'SEC-2, W-18: Content-Length %o is no number',
    (length) => {
      expect(say(edge()([...HOST, 'content-length', length], false))).toBe(
        '400 Invalid Content-Length header',
      )
    },
  )

  test('SEC-2: exactly the limit passes, one more does not', () => {
    expect(say(edge()([...HOST, 'content-length', '100'], false))).toBe('ok localhost:3000')
    expect(say(edge()([...HOST, 'content-length', '101'], false))).toBe('413 Payload Too Large')
    expect(say(edge()([...HOST, 'content-length', '9'.repeat(400)], false))).toMatch(/^413/)
  })
})
