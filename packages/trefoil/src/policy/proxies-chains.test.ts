import { BlockList, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { plainAddress } from '../base/ip.ts'
import type { ForwardedHeaders } from '../web/forwarded.ts'
import { type Provenance, parseTrustedProxies, resolveProvenance } from './proxies.ts'

// Few of each, so that chains and trusted ranges meet often.
const KNOWN_IPV4 = ['127.0.0.1', '10.0.0.1', '10.200.3.4', '192.168.1.200', '203.0.113.7']
const KNOWN_IPV6 = ['::1', '2001:db8::1', '2001:DB8:5::7:1', 'fd00::2']
// What no address is, in the eyes of two programs at least.
const GARBAGE = ['unknown', '_hidden', '010.0.0.1', '1.2.3', '256.1.1.1', '::1%eth0', '1::2::3', '']

const globalIpv6 = fc
  .array(fc.integer({ min: 0, max: 0xffff }), { minLength: 7, maxLength: 7 })
  .map((groups) => [0x2001, ...groups].map((group) => group.toString(16)).join(':'))
const ipv4 = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...KNOWN_IPV4) }, fc.ipV4())
const ipv6 = fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...KNOWN_IPV6) }, globalIpv6)
const mapped = ipv4.map((text) => `::ffff:${text}`)
const address = fc.oneof(ipv4, ipv6, mapped)
const port = fc.constantFrom('', '', ':80', ':4711')

/** One hop as a proxy writes it, and the address that it names; `null` for none. */
interface Hop {
  readonly text: string
  readonly address: string | null
  readonly proto: string
  readonly host: string
}

const named = fc.tuple(address, port, fc.boolean()).map(([one, suffix, brackets]) => {
  const bare = !isIPv6(one) || (suffix === '' && !brackets)
  return { text: `${bare ? one : `[${one}]`}${suffix}`, address: one }
})
const nobody = fc.constantFrom(...GARBAGE).map((text) => ({ text, address: null }))
const hop: fc.Arbitrary<Hop> = fc
  .tuple(
    fc.oneof({ weight: 5, arbitrary: named }, nobody),
    fc.constantFrom('http', 'https', 'HTTPS', 'ftp', ''),
    fc.constantFrom('', 'a.example', 'b.example:8443'),
  )
  .map(([one, proto, host]) => ({ ...one, proto, host }))
const chain = fc.array(hop, { maxLength: 6 })

const ranges = fc.array(
  fc.oneof(
    ipv4,
    ipv6,
    fc.tuple(ipv4, fc.integer({ min: 0, max: 32 })).map((parts) => parts.join('/')),
    fc.tuple(globalIpv6, fc.integer({ min: 8, max: 128 })).map((parts) => parts.join('/')),
    fc.constantFrom('10.0.0.0/8', '2001:db8::/32'),
  ),
  { maxLength: 4 },
)

/** Node's own list decides who is trusted, so that two programs have to agree. */
function trustedBy(texts: readonly string[]): (address: string) => boolean {
  const list = new BlockList()
  for (const text of texts) {
    const [base = '', bits] = text.split('/')
    const family = isIPv6(base) ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(base, family)
    else list.addSubnet(base, Number(bits), family)
  }
  return (one) => list.check(one, isIPv6(one) ? 'ipv6' : 'ipv4')
}

/** Each address vouches for the next on the left, as long as it is one of ours. */
function walk(peer: string, hops: readonly Hop[], isTrusted: (one: string) => boolean): Provenance {
  let provenance: Provenance = {
    clientAddress: peer,
    scheme: 'http',
    host: null,
    viaProxy: isTrusted(peer),
  }
  let believed = peer
  for (const { address: next, proto, host } of hops.toReversed()) {
    if (!isTrusted(believed) || next === null) break
    believed = next
    const scheme = proto.toLowerCase() === 'https' ? 'https' : 'http'
    provenance = {
      ...provenance,
      clientAddress: plainAddress(next),
      scheme,
      host: host === '' ? null : host,
    }
  }
  return provenance
}

function xForwarded(hops: readonly Hop[], cut: number): string[] {
  const line = (name: string, values: readonly string[]) =>
    values.length === 0 ? [] : [name, values.join(', ')]
  const both = (name: string, values: readonly string[]) => [
    ...line(name, values.slice(0, cut)),
    ...line(name.toLowerCase(), values.slice(cut)),
  ]
  const texts = hops.map(({ text }) => text)
  const protos = hops.map(({ proto }) => proto)
  const hosts = hops.map(({ host }) => host)
  return [
    ...both('X-Forwarded-For', texts),
    ...both('X-Forwarded-Proto', protos),
    ...both('X-Forwarded-Host', hosts),
  ]
}

function forwarded(hops: readonly Hop[], cut: number, quotes: boolean): string[] {
  const elements = hops.map(({ text, proto, host }) => {
    const quoted = quotes || text === '' || text.includes(':')
    return [
      `for=${quoted ? `"${text}"` : text}`,
      ...(proto === '' ? [] : [`proto=${proto}`]),
      ...(host === '' ? [] : [`Host="${host}"`]),
    ].join(';')
  })
  return [elements.slice(0, cut), elements.slice(cut)]
    .filter((line) => line.length > 0)
    .flatMap((line) => ['Forwarded', line.join(', ')])
}

function policyOf(texts: readonly string[], headers: ForwardedHeaders) {
  const trusted = parseTrustedProxies(texts)
  if (typeof trusted === 'string') throw new Error(`'${trusted}' is no range`)
  return { trusted, headers }
}

const RUNS = { numRuns: 500 }

describe.each(['x-forwarded', 'forwarded'] as const)(
  'SEC-6, W-35, HTTP-2: %s (property)',
  (family) => {
    it('the client is found by walking from the right through trusted hops', () => {
      const met = { untrusted: 0, moved: 0 }
      const cases = fc.tuple(address, chain, ranges, fc.nat({ max: 6 }), fc.boolean())
      fc.assert(
        fc.property(cases, ([peer, hops, texts, cut, quotes]) => {
          const raw = family === 'forwarded' ? forwarded(hops, cut, quotes) : xForwarded(hops, cut)
          const isTrusted = trustedBy(texts)
          const expected = walk(peer, hops, isTrusted)
          if (!isTrusted(peer)) met.untrusted++
          if (expected.clientAddress !== peer) met.moved++
          expect(resolveProvenance(peer, false, raw, policyOf(texts, family))).toEqual(expected)
        }),
        RUNS,
      )
      expect(met.untrusted).toBeGreaterThan(0)
      expect(met.moved).toBeGreaterThan(0)
    })

    it('an untrusted peer is the client, whatever it sends', () => {
      const pieces = [
        'for=',
        'proto=https',
        'host=x',
        '10.0.0.1',
        '::1',
        '"',
        '\\',
        ',',
        ';',
        ' ',
        '[',
      ]
      const soup = fc
        .array(fc.constantFrom(...pieces), { maxLength: 20 })
        .map((all) => all.join(''))
      const names = ['Forwarded', 'X-Forwarded-For', 'x-forwarded-proto', 'X-FORWARDED-HOST']
      const line = fc.tuple(
        fc.constantFrom(...names),
        fc.oneof(soup, fc.string({ unit: 'binary' })),
      )
      const lines = fc.array(line, { maxLength: 6 }).map((all) => all.flat())
      const cases = fc.tuple(fc.option(address), lines, ranges, fc.boolean())
      fc.assert(
        fc.property(cases, ([peer, raw, texts, encrypted]) => {
          const provenance = resolveProvenance(peer, encrypted, raw, policyOf(texts, family))
          if (peer !== null && trustedBy(texts)(peer)) return
          const scheme = encrypted ? 'https' : 'http'
          expect(provenance).toEqual({ clientAddress: peer, scheme, host: null, viaProxy: false })
        }),
        RUNS,
      )
    })
  },
)

it('W-35: a malformed element ends the reading, well-formed ones on its right count (property)', () => {
  const broken = fc.constantFrom(
    'for="1.1.1.1',
    'for=1.1.1.1;for=2.2.2.2',
    'a b',
    'for=1\\',
    '="x"',
  )
  const cases = fc.tuple(address, chain, broken, chain, ranges, fc.boolean(), fc.boolean())
  fc.assert(
    fc.property(cases, ([peer, left, middle, right, texts, ownLine, quotes]) => {
      const [before = [], after = []] = [left, right].map((hops) =>
        forwarded(hops, 0, quotes).filter((_, index) => index === 1),
      )
      const raw = ownLine
        ? [...before, middle, ...after].flatMap((text) => ['Forwarded', text])
        : ['Forwarded', [...before, middle, ...after].join(', ')]
      const expected = walk(peer, right, trustedBy(texts))
      expect(resolveProvenance(peer, false, raw, policyOf(texts, 'forwarded'))).toEqual(expected)
    }),
    RUNS,
  )
})
