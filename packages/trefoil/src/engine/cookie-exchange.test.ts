import { expect, test } from 'vitest'
import { SentCookies } from '../web/cookie-header.ts'
import { CookieExchange } from './cookie-exchange.ts'

test.each<[readonly string[], string | undefined]>([
  [[], undefined],
  [['a=1'], undefined],
  [['s=1'], '1'],
  [['a=1; s=2; b=3'], '2'],
  [['s='], ''],
  [['s=1; s=2'], ''],
  [['s=1; s=1'], ''],
  [['s=1', 's=2'], ''],
  [['s=1; S=2'], '1'],
])('COOK-5: of %j the cookie s is %j', (cookies, value) => {
  const raw = cookies.flatMap((text) => ['Cookie', text])
  expect(new CookieExchange(new SentCookies(raw)).read('s')).toBe(value)
})
