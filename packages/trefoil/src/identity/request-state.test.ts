import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeBase64url, encodeBase64url } from '../base/base64url.ts'
import { systemRandom } from '../base/clock.ts'
import { keyRing } from './key-ring.ts'
import { RequestStates } from './request-state.ts'

const OLD = 'o'.repeat(32)
const NEW = 'n'.repeat(32)
const BINDING = '["shop","mcp","refund","sha256:00",null]'
const KEPT = '{"until":1,"given":{"a":"ü"}}'

const states = new RequestStates(keyRing(NEW), systemRandom)

/** Places of a state: each is held by something else. */
const PARTS = { seed: 0, 'the last of the seed': 15, text: 16, 'the end': -1, tag: -16 } as const

function bytesOf(text: string): Uint8Array {
  const bytes = decodeBase64url(text)
  if (bytes === null) throw new Error('no base64url')
  return bytes
}

test('what was sealed opens for the same binding', () => {
  expect(states.open(states.seal(KEPT, BINDING), BINDING)).toBe(KEPT)
  expect(states.open(states.seal('', ''), '')).toBe('')
})

test('it is never the same twice, and shows nothing of what is in it', () => {
  const one = states.seal(KEPT, BINDING)
  const two = states.seal(KEPT, BINDING)
  expect(one).not.toBe(two)
  // With a seed of its own, text and tag of each are under a key of their own.
  expect(bytesOf(one).subarray(16)).not.toEqual(bytesOf(two).subarray(16))
  expect(Buffer.from(bytesOf(one)).includes('until')).toBe(false)
})

test('AUTH-1: for another binding it does not open', () => {
  const text = states.seal(KEPT, BINDING)
  for (const other of ['', `${BINDING} `, BINDING.replace('mcp', 'api'), BINDING.slice(0, -1)]) {
    expect(states.open(text, other)).toBeNull()
  }
})

describe('AUTH-1: changed, it does not open', () => {
  test.each(Object.entries(PARTS))('at %s', (_, at) => {
    const bytes = bytesOf(states.seal(KEPT, BINDING))
    const place = at < 0 ? bytes.length + at : at
    for (let bit = 0; bit < 8; bit += 1) {
      const changed = Uint8Array.from(bytes)
      changed[place] = (changed[place] ?? 0) ^ (1 << bit)
      expect(states.open(encodeBase64url(changed), BINDING)).toBeNull()
    }
  })

  test('at any byte, in any way', () => {
    const bytes = bytesOf(states.seal(KEPT, BINDING))
    const byte = fc.integer({ min: 1, max: 255 })
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), byte, (at, by) => {
        const changed = Uint8Array.from(bytes)
        changed[at] = (changed[at] ?? 0) ^ by
        expect(states.open(encodeBase64url(changed), BINDING)).toBeNull()
      }),
    )
  })

  test('cut, at either end and wherever', () => {
    const bytes = bytesOf(states.seal(KEPT, BINDING))
    for (let length = 0; length < bytes.length; length += 1) {
      expect(states.open(encodeBase64url(bytes.subarray(0, length)), BINDING)).toBeNull()
      expect(states.open(encodeBase64url(bytes.subarray(length + 1)), BINDING)).toBeNull()
    }
  })

  test('put together of two', () => {
    const one = bytesOf(states.seal(KEPT, BINDING))
    const two = bytesOf(states.seal(KEPT, BINDING))
    const joined = Buffer.concat([one.subarray(0, 16), two.subarray(16)])
    expect(states.open(encodeBase64url(joined), BINDING)).toBeNull()
    expect(states.open(encodeBase64url(Buffer.concat([one, two])), BINDING)).toBeNull()
  })
})

test('one state has one spelling: another one would be another entry where it counts once', () => {
  const text = states.seal(KEPT, BINDING)
  const plain = Buffer.from(bytesOf(text)).toString('base64')
  const spellings = [`${text}=`, `${text} `, ` ${text}`, `${text}\n`, `${text}\0`, `${text}A`]
  for (const other of spellings) expect(states.open(other, BINDING)).toBeNull()
  if (plain !== text) expect(states.open(plain, BINDING)).toBeNull()
})

test.each(['', 'A', '*', '=', '\ud800', 'ü', 'A'.repeat(42), 'A'.repeat(43), 'A'.repeat(9_999)])(
  'no text throws: %j',
  (text) => {
    expect(states.open(text, BINDING)).toBeNull()
  },
)

test('nor does any other', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
      expect(states.open(text, BINDING)).toBeNull()
    }),
  )
})

test('whatever is sealed comes back, for its binding alone', () => {
  const text = fc.string({ unit: 'grapheme' })
  fc.assert(
    fc.property(text, text, text, (value, binding, other) => {
      const sealed = states.seal(value, binding)
      expect(states.open(sealed, binding)).toBe(value)
      if (other !== binding) expect(states.open(sealed, other)).toBeNull()
    }),
  )
})

describe('keys', () => {
  test('of another ring open nothing', () => {
    const others = new RequestStates(keyRing(OLD), systemRandom)
    expect(others.open(states.seal(KEPT, BINDING), BINDING)).toBeNull()
  })

  test('of processes that share a ring open each other’s', () => {
    const other = new RequestStates(keyRing(NEW), systemRandom)
    expect(other.open(states.seal(KEPT, BINDING), BINDING)).toBe(KEPT)
  })

  test('that were current before open what they sealed, and the current one seals', () => {
    const before = new RequestStates(keyRing(OLD), systemRandom)
    const rotated = new RequestStates(keyRing(NEW, [OLD]), systemRandom)
    expect(rotated.open(before.seal(KEPT, BINDING), BINDING)).toBe(KEPT)
    expect(before.open(rotated.seal(KEPT, BINDING), BINDING)).toBeNull()
    expect(states.open(rotated.seal(KEPT, BINDING), BINDING)).toBe(KEPT)
  })
})
