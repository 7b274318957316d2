import { expect, test } from 'vitest'
import { joinBytes } from './join-bytes.ts'

test('pieces are joined in order, as a copy', () => {
  const first = Uint8Array.of(1, 2)
  const view = Uint8Array.of(0, 3, 4, 0).subarray(1, 3)
  const whole = joinBytes([first, new Uint8Array(), view])
  first[0] = 9
  expect(whole).toEqual(Uint8Array.of(1, 2, 3, 4))
  expect(joinBytes([])).toEqual(new Uint8Array())
})
