import { describe, expect, test } from 'vitest'
import { callerKey } from './caller-key.ts'

describe('PW-31: whoever nobody knows is one caller, however their address is written', () => {
  test.each([
    ['203.0.113.7', '::ffff:203.0.113.7'],
    ['203.0.113.7', '::FFFF:cb00:7107'],
    ['203.0.113.7', '0:0:0:0:0:ffff:203.0.113.7'],
    ['2001:db8:1:2::1', '2001:DB8:1:2:3:4:5:6'],
    ['fe80::1%eth0', 'fe80::2:3:4:5%eth0'],
  ])('%s is %s', (one, same) => {
    expect(callerKey(null, same)).toBe(callerKey(null, one))
  })

  test.each([
    ['203.0.113.7', '203.0.113.8'],
    ['2001:db8:1:2::1', '2001:db8:1:3::1'],
    ['203.0.113.7', null],
    ['fe80::1%eth0', 'fe80::1%eth1'],
    // 8 bytes that could be taken for those of the other.
    ['0:cb:0:71::', '203.0.113.7'],
  ])('%s is not %s', (one, other) => {
    expect(callerKey(null, other)).not.toBe(callerKey(null, one))
  })
})
