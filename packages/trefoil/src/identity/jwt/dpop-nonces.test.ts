import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { keyRing } from '../key-ring.ts'
import { DpopNonces } from './dpop-nonces.ts'

const SECRET = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const OTHER = '0b1d6c1b4e2f4f5f9d8c7b6a5e4d3c2b'
const MINUTE = 60_000
let now = 1_800_000_000_000
const clock = { now: () => now, elapsed: () => 0 }

test('DEL-5: RFC 9449 §8: good for its stretch and the next one, then over', () => {
  now = 1_800_000_000_000
  const nonces = new DpopNonces(keyRing(SECRET), MINUTE, clock)
  const first = nonces.current()
  expect(nonces.isGood(first)).toBe(true)
  now += MINUTE
  expect(nonces.current()).not.toBe(first)
  expect(nonces.isGood(first)).toBe(true)
  now += MINUTE
  expect(nonces.isGood(first)).toBe(false)
  // A clock that was set back: what is of tomorrow is not good yet.
  now -= 3 * MINUTE
  expect(nonces.isGood(first)).toBe(false)
})

test('every process with the ring knows it; rotation keeps it while the old key is in the ring', () => {
  now = 1_800_000_000_000
  const ring = keyRing(SECRET)
  const here = new DpopNonces(ring, MINUTE, clock)
  const there = new DpopNonces(keyRing(SECRET), MINUTE, clock)
  const nonce = here.current()
  expect(there.isGood(nonce)).toBe(true)
  ring.replace(OTHER, [SECRET])
  expect(here.isGood(nonce)).toBe(true)
  expect(here.current()).not.toBe(nonce)
  ring.replace(OTHER)
  expect(here.isGood(nonce)).toBe(false)
  expect(new DpopNonces(null, MINUTE, clock).isGood(nonce)).toBe(false)
})

test('nothing else is one: bits, spellings, types', () => {
  now = 1_800_000_000_000
  const nonces = new DpopNonces(keyRing(SECRET), MINUTE, clock)
  const nonce = nonces.current()
  for (let at = 0; at < nonce.length; at++) {
    const changed = nonce.slice(0, at) + (nonce[at] === 'a' ? 'b' : 'a') + nonce.slice(at + 1)
    expect(nonces.isGood(changed), changed).toBe(false)
  }
  const other = [`0${nonce}`, `${nonce}=`, ` ${nonce}`, nonce.toUpperCase(), '', '.', `${nonce}\n`]
  for (const value of [...other, null, undefined, 7, [nonce], { toString: () => nonce }]) {
    expect(nonces.isGood(value), String(value)).toBe(false)
  }
  expect(inspect(nonces, { showHidden: true, depth: 9 })).not.toContain(SECRET)
})
