import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Problem } from '../contract/problems/problem.ts'
import { createEdge, parseHostPatterns } from './edge.ts'

/** A place as a list of labels, most general last, or one of the addresses below. */
interface Place {
  readonly labels: readonly string[]
  readonly ipv6: number | null
  readonly port: number | null
}

interface Pattern extends Place {
  readonly kind: 'all' | 'exact' | 'below' | 'both'
}

// Each address in spellings that are one.
const ADDRESSES = [
  ['::1', '0:0:0:0:0:0:0:1', '0::0001'],
  ['2001:db8::1', '2001:DB8:0::1', '2001:0db8:0:0:0:0:0:1'],
  ['::ffff:127.0.0.1', '::FFFF:7f00:1'],
] as const

// Few labels, some the end of others, so that names and patterns nearly meet.
const labels = fc.array(fc.constantFrom('a', 'evil-a', 'b_', 'com', '127', '0'), {
  minLength: 1,
  maxLength: 4,
})
const port = fc.constantFrom(null, null, 80, 443, 8080)
const ipv6 = fc.oneof(
  { weight: 4, arbitrary: fc.constant(null) },
  fc.nat({ max: ADDRESSES.length - 1 }),
)
const place: fc.Arbitrary<Place> = fc.record({ labels, ipv6, port })

/** How it is written: what must make no difference. */
const style = fc.record({
  upper: fc.boolean(),
  dot: fc.boolean(),
  spelling: fc.nat({ max: 2 }),
  space: fc.constantFrom('', '', ' '),
  zeros: fc.boolean(),
})
type Style = typeof style extends fc.Arbitrary<infer Value> ? Value : never

function nameOf({ labels: parts, ipv6: index }: Place, { dot, spelling }: Style): string {
  if (index === null) return parts.join('.') + (dot ? '.' : '')
  const [first, ...others] = ADDRESSES[index] ?? ADDRESSES[0]
  return `[${others[spelling - 1] ?? first}]`
}

function write(text: string, number: number | null, { upper, space, zeros }: Style): string {
  const suffix = number === null ? '' : `:${zeros ? '0' : ''}${number}`
  const written = `${space}${text}${suffix}${space}`
  return upper ? written.toUpperCase() : written
}

const pattern = fc
  .tuple(place, fc.constantFrom('all', 'exact', 'exact', 'below', 'both'))
  .map(([where, kind]): Pattern => ({ ...where, kind: where.ipv6 === null ? kind : 'exact' }))

function writePattern(given: Pattern, how: Style): string {
  if (given.kind === 'all') return write('*', null, how)
  if (given.kind === 'exact') return write(nameOf(given, how), given.port, how)
  return write(`${given.kind === 'below' ? '*' : ''}.${nameOf(given, how)}`, null, how)
}

/** Label by label: the names never meet as text, where the end of one label may be another. */
function covers(given: Pattern, host: Place): boolean {
  if (given.kind === 'all') return true
  if (given.ipv6 !== host.ipv6) return false
  const isSame = given.ipv6 !== null || given.labels.join('.') === host.labels.join('.')
  if (given.kind === 'exact') return isSame && (given.port === null || given.port === host.port)
  const extra = host.labels.length - given.labels.length
  const isBelow = extra > 0 && given.labels.every((label, at) => label === host.labels[extra + at])
  return isBelow || (given.kind === 'both' && isSame)
}

it('SEC-4: a host comes in exactly when a pattern covers it (property)', () => {
  const met = { in: 0, out: 0 }
  const written = fc.tuple(pattern, style)
  const cases = fc.tuple(place, style, fc.array(written, { minLength: 1, maxLength: 3 }))
  fc.assert(
    fc.property(cases, fc.boolean(), ([host, how, patterns], isForwarded) => {
      const hosts = parseHostPatterns(patterns.map((one) => writePattern(...one)))
      if (typeof hosts === 'string') throw new Error(`'${hosts}' is no pattern`)
      const edge = createEdge({ hosts, maxBodySize: 0, singleHeaders: [] })
      const expected = patterns.some(([one]) => covers(one, host))
      if (expected) met.in++
      else met.out++
      const value = write(nameOf(host, how), host.port, how)
      // A second time, because what was accepted is remembered.
      for (const _ of [1, 2]) {
        const facts = isForwarded
          ? edge(['Host', 'proxy.invalid'], false, value)
          : edge(['Host', value], false, null)
        if (expected) expect(facts).toEqual({ host: value })
        else expect(facts instanceof Problem && facts.code).toBe('INVALID_HOST')
      }
    }),
    { numRuns: 1000 },
  )
  expect(Math.min(met.in, met.out)).toBeGreaterThan(0)
})
