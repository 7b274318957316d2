import { describe, expect, it } from 'vitest'
import { parseTrustedProxies, resolveProvenance } from './proxies.ts'

const trusted = parseTrustedProxies(['127.0.0.1', '10.0.0.0/8'])
const ranges = typeof trusted === 'string' ? [] : trusted

function origin(family: 'x-forwarded' | 'forwarded', ...raw: string[]): unknown[] {
  const policy = { trusted: ranges, headers: family }
  const { clientAddress, scheme, host } = resolveProvenance('127.0.0.1', false, raw, policy)
  return [clientAddress, scheme, host]
}

const lines = (...values: string[]) => values.flatMap((value) => ['Forwarded', value])

describe('HTTP-2, W-35: Forwarded is believed from the right, one well-formed hop at a time', () => {
  const forged = 'proto=https;host=admin.example;for=1.1.1.1;a="'

  it.each<[string, string[]]>([
    ['a quote left open, the proxy adds a line', [forged, 'for=9.9.9.9']],
    ['a quote left open, the proxy adds to the line', [`${forged}, for=9.9.9.9`]],
    ['the proxy writes quotes too', [`${forged}, for="9.9.9.9:80";by="10.0.0.1"`]],
    ['an escaped end', [`${forged}\\`, 'for=9.9.9.9']],
    ['an escaped end in the line', [`${forged}\\, for="9.9.9.9"`]],
    ['two quotes that swallow a hop', ['x", for=1.1.1.1;host=admin.example;a="', 'for=9.9.9.9']],
    ['well-formed claims', ['for=1.1.1.1;proto=https;host=admin.example', 'for=9.9.9.9']],
    ['claims of a proxy, and a broken hop', [`${forged}, for=10.0.0.9, for=9.9.9.9`]],
    ['a name twice', ['for=1.1.1.1;for=2.2.2.2', 'for=9.9.9.9']],
  ])('%s', (_, values) => {
    expect(origin('forwarded', ...lines(...values))).toEqual(['9.9.9.9', 'http', null])
  })

  it.each<[string, string[]]>([
    ['only a broken line', [forged]],
    ['broken at the right end', ['for=1.1.1.1;proto=https;host=admin.example, for="9.9.9.9']],
    ['a name twice', ['for=1.1.1.1;for=2.2.2.2;proto=https']],
    ['a hop that names nobody', ['proto=https;host=admin.example']],
  ])('nothing is vouched for: %s', (_, values) => {
    expect(origin('forwarded', ...lines(...values))).toEqual(['127.0.0.1', 'http', null])
  })

  it('the values beside the outermost trusted hop count', () => {
    const values = ['for=6.6.6.6;host=evil.example, for=9.9.9.9;proto=https;host="a.example"']
    expect(origin('forwarded', ...lines(...values, 'for=10.0.0.2;proto=http'))).toEqual([
      '9.9.9.9',
      'https',
      'a.example',
    ])
  })

  it('a header of commas and quotes is read in time proportional to its length', () => {
    const value = ',a="b,c"'.repeat(20_000)
    expect(origin('forwarded', ...lines(value, 'for=9.9.9.9'))[0]).toBe('9.9.9.9')
  })
})

describe('W-35: scheme and host need a hop that was walked', () => {
  it('none without X-Forwarded-For, which the client may have left to us', () => {
    const raw = ['X-Forwarded-Proto', 'https', 'X-Forwarded-Host', 'admin.example']
    expect(origin('x-forwarded', ...raw)).toEqual(['127.0.0.1', 'http', null])
  })

  it('a list that is too short for the walk ends with what the nearest proxy wrote', () => {
    const raw = ['X-Forwarded-For', '9.9.9.9, 10.0.0.3, 10.0.0.2']
    const claimed = ['X-Forwarded-Host', 'admin.example, shop.example']
    expect(origin('x-forwarded', ...raw, ...claimed)).toEqual(['9.9.9.9', 'http', 'shop.example'])
  })
})
