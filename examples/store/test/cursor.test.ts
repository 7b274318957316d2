import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeCursor, encodeCursor } from '../src/cursor.ts'

describe('cursors of list_orders (STORE-LIST)', () => {
  it('come back as the number they were made from', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 999_999_999_999 }), (number) => {
        expect(decodeCursor(encodeCursor(number))).toBe(number)
      }),
    )
  })

  it('have one spelling; every other text is refused', () => {
    const cursor = encodeCursor(1020)
    const zero = Buffer.from('o1:0').toString('base64url')
    const padded = Buffer.from('o1:01020').toString('base64url')
    const huge = Buffer.from('o1:99999999999999999999').toString('base64url')
    const foreign = Buffer.from("o1:1' or 1=1").toString('base64url')
    for (const text of ['', '1020', `${cursor}=`, ` ${cursor}`, zero, padded, huge, foreign]) {
      expect(decodeCursor(text), JSON.stringify(text)).toBeNull()
    }
    fc.assert(
      fc.property(fc.string(), (text) => {
        const number = decodeCursor(text)
        expect(number === null || encodeCursor(number) === text).toBe(true)
      }),
    )
  })
})
