import { describe, expect, it } from 'vitest'
import { closest } from './closest.ts'

describe('closest', () => {
  it.each([
    ['allowedHost', 'allowedHosts'],
    ['maxbodysize', 'maxBodySize'],
    ['pubic', 'public'],
    ['zzz', null],
    ['', null],
  ])('%j is most like %j', (word, expected) => {
    expect(closest(word, ['allowedHosts', 'maxBodySize', 'public'])).toBe(expected)
  })
})
