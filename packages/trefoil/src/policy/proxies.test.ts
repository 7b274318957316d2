import { describe, expect, it } from 'vitest'
import type { ForwardedHeaders } from '../web/forwarded.ts'
import { parseTrustedProxies, resolveProvenance } from './proxies.ts'

const trusted = parseTrustedProxies(['10.0.0.0/8', '::1'])
const policy = (headers: ForwardedHeaders = 'x-forwarded') => ({
  trusted: typeof trusted === 'string' ? [] : trusted,
  headers,
})
const xff = (value: string, ...more: string[]) => ['X-Forwarded-For', value, ...more]

describe('resolveProvenance (SEC-6, W-35, HTTP-2)', () => {
  it.each<[string, string | null, string[], string | null]>([
    ['no header: the proxy itself', '10.0.0.1', [], '10.0.0.1'],
    ['one hop', '10.0.0.1', xff('203.0.113.7'), '203.0.113.7'],
    ['client made the left end up', '10.0.0.1', xff('1.1.1.1, 203.0.113.7'), '203.0.113.7'],
    ['client claims to be local', '10.0.0.1', xff('127.0.0.1, 203.0.113.7'), '203.0.113.7'],
    [
      'client claims to be a proxy',
      '10.0.0.1',
      xff('8.8.8.8, 10.9.9.9, 203.0.113.7'),
      '203.0.113.7',
    ],
    ['two trusted hops', '10.0.0.1', xff('203.0.113.7, 10.0.0.2'), '203.0.113.7'],
    ['all hops trusted', '10.0.0.1', xff('10.0.0.3, 10.0.0.2'), '10.0.0.3'],
    ['untrusted peer is not believed', '203.0.113.9', xff('1.2.3.4'), '203.0.113.9'],
    ['unknown peer is not believed', null, xff('1.2.3.4'), null],
    ['garbage ends the walk', '10.0.0.1', xff('1.2.3.4, unknown, 10.0.0.2'), '10.0.0.2'],
    ['garbage alone', '10.0.0.1', xff('<script>'), '10.0.0.1'],
    ['octal spelling is garbage', '10.0.0.1', xff('010.0.0.1'), '10.0.0.1'],
    ['empty items', '10.0.0.1', xff(', ,'), '10.0.0.1'],
    [
      'repeated header lines are one list',
      '10.0.0.1',
      xff('1.1.1.1', 'x-forwarded-for', '203.0.113.7'),
      '203.0.113.7',
    ],
    ['ports are cut off', '10.0.0.1', xff('203.0.113.7:4711'), '203.0.113.7'],
    ['IPv6 with port', '10.0.0.1', xff('[2001:db8::1]:80'), '2001:db8::1'],
    ['IPv6 peer', '::1', xff('2001:db8::1'), '2001:db8::1'],
    ['mapped IPv4 peer is trusted', '::ffff:10.0.0.1', xff('203.0.113.7'), '203.0.113.7'],
    ['mapped IPv4 client has one name', '10.0.0.1', xff('::ffff:203.0.113.7'), '203.0.113.7'],
    ['mapped IPv4 hop is trusted', '10.0.0.1', xff('203.0.113.7, ::ffff:10.0.0.2'), '203.0.113.7'],
    ['the other family is not read', '10.0.0.1', ['Forwarded', 'for=1.2.3.4'], '10.0.0.1'],
    ['X-Real-IP is not read', '10.0.0.1', ['X-Real-IP', '1.2.3.4'], '10.0.0.1'],
  ])('%s', (_, peer, raw, client) => {
    expect(resolveProvenance(peer, false, raw, policy()).clientAddress).toBe(client)
  })

  it.each<[string, string, string[], 'http' | 'https', string | null]>([
    [
      'scheme and host of the trusted hop',
      '10.0.0.1',
      xff('203.0.113.7', 'x-forwarded-proto', 'https', 'x-forwarded-host', 'shop.example'),
      'https',
      'shop.example',
    ],
    [
      'from an untrusted peer',
      '203.0.113.7',
      ['x-forwarded-proto', 'https', 'x-forwarded-host', 'evil.example'],
      'http',
      null,
    ],
    [
      'the left value was made up',
      '10.0.0.1',
      xff('203.0.113.7', 'x-forwarded-host', 'evil.example, shop.example'),
      'http',
      'shop.example',
    ],
    [
      'lists line up with hops',
      '10.0.0.1',
      xff('203.0.113.7, 10.0.0.2', 'x-forwarded-proto', 'https, http'),
      'https',
      null,
    ],
    [
      'a scheme that is none',
      '10.0.0.1',
      xff('203.0.113.7', 'x-forwarded-proto', 'javascript'),
      'http',
      null,
    ],
  ])('%s', (_, peer, raw, scheme, host) => {
    expect(resolveProvenance(peer, false, raw, policy())).toMatchObject({ scheme, host })
  })

  it('reads RFC 7239 when configured so, quotes and all', () => {
    const raw = [
      'Forwarded',
      'for=1.1.1.1, for="[2001:db8::1]:4711";proto=https;host="shop.example:443"',
    ]
    expect(resolveProvenance('10.0.0.1', false, raw, policy('forwarded'))).toMatchObject({
      clientAddress: '2001:db8::1',
      scheme: 'https',
      host: 'shop.example:443',
    })
  })

  it('a quoted comma does not make a hop', () => {
    const raw = ['Forwarded', 'for="1.1.1.1, 203.0.113.7"']
    expect(resolveProvenance('10.0.0.1', false, raw, policy('forwarded')).clientAddress).toBe(
      '10.0.0.1',
    )
  })

  it('names the entry that is no range', () => {
    expect(parseTrustedProxies(['10.0.0.0/8', 'proxy.internal'])).toBe('proxy.internal')
  })
})
