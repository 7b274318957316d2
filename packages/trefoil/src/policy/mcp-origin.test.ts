import { describe, expect, it } from 'vitest'
import { decideMcpOrigin, type McpPlace } from './mcp-origin.ts'

const HOST = 'shop.example:8000'

function decide(origin: string, listed: readonly string[] = [], more: Partial<McpPlace> = {}) {
  const place: McpPlace = { scheme: 'http', host: HOST, allowed: new Set(listed), ...more }
  return decideMcpOrigin(origin, place)
}

describe('decideMcpOrigin (MCP-3, FND-31)', () => {
  it.each<[string, string[], boolean]>([
    ['https://a.example', [], false],
    ['https://a.example', ['https://a.example'], true],
    ['https://a.example.evil.test', ['https://a.example'], false],
    ['http://a.example', ['https://a.example'], false],
    ['null', ['https://a.example'], false],
    ['https://b.example', ['*'], true],
  ])('%s with %j listed passes: %s', (origin, listed, passes) => {
    expect(decide(origin, listed) === undefined).toBe(passes)
  })

  it.each<[string, string, 'http' | 'https', boolean]>([
    ['http://shop.example:8000', HOST, 'http', true],
    ['http://shop.example:8000', 'Shop.Example.:8000', 'http', true],
    ['https://shop.example', 'shop.example', 'https', true],
    ['https://shop.example', 'shop.example:443', 'https', true],
    ['http://shop.example', HOST, 'http', false],
    ['http://shop.example:8001', HOST, 'http', false],
    ['http://shop.example:8000', HOST, 'https', false],
    ['https://shop.example', 'shop.example', 'http', false],
    ['http://shop.example:8000.evil.test', HOST, 'http', false],
    ['http://a.shop.example:8000', HOST, 'http', false],
    ['http://shop.example:8000/x', HOST, 'http', false],
    ['http://', '', 'http', false],
    ['null', HOST, 'http', false],
  ])('%s is a page of Host %s over %s: %s', (origin, host, scheme, passes) => {
    expect(decide(origin, [], { host, scheme }) === undefined).toBe(passes)
  })

  it('no page is our own while every host is accepted: it may have chosen that host', () => {
    const refused = decide(`http://${HOST}`, [], { host: null })
    expect(refused?.code).toBe('invalid_origin')
    expect(refused?.fix).toContain('`edge.hosts`')
    expect(decide(`http://${HOST}`, [`http://${HOST}`], { host: null })).toBeUndefined()
  })

  it('names the proxies where TLS seems to end in front of us', () => {
    const behindTls = decide('https://shop.example', [], { host: 'shop.example' })
    expect(behindTls?.fix).toContain('`edge.proxies`')
    for (const origin of ['https://evil.example', 'http://shop.example:1']) {
      expect(decide(origin, [], { host: 'shop.example' })?.fix).not.toContain('trustedProxies')
    }
  })
})
