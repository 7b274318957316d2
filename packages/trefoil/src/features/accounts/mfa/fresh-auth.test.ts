import { expect, it } from 'vitest'
import { requireFreshAuth } from './fresh-auth.ts'

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}
const throwing = new Proxy([], {
  get() {
    throw new Error('of somebody else')
  },
})

it.each([
  [null],
  ['totp'],
  [{}],
  [[null]],
  [['TOTP']],
  [revoked()],
  [throwing],
])('FND-13: methods that are no list of words are refused at start-up', (methods) => {
  expect(() => requireFreshAuth('5m', methods as never)).toThrow('methods must be a list such as')
})
