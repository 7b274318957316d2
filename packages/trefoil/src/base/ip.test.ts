import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIp, parseIpRange, plainAddress } from './ip.ts'

describe('parseIp', () => {
  it.each([
    ['127.0.0.1', [127, 0, 0, 1]],
    ['::ffff:10.1.2.3', [10, 1, 2, 3]],
    ['::FFFF:0a01:0203', [10, 1, 2, 3]],
    ['::1', [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]],
    [
      '2001:db8::8:800:200c:417a',
      [0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 8, 8, 0, 0x20, 0xc, 0x41, 0x7a],
    ],
  ])('reads %s', (text, bytes) => {
    expect(parseIp(text)).toEqual(bytes)
  })

  it.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '010.0.0.1',
    '0x7f.1',
    '256.1.1.1',
    '1.2.3.4 ',
    '::1%eth0',
    ':::',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '12345::',
    'g::',
    '1.2.3.4::',
    '[::1]',
    '::1.2.3.256',
    '1:2:3:4:5:6:7::8:9',
  ])('refuses %j', (text) => {
    expect(parseIp(text)).toBeNull()
  })

  it('agrees with the URL parser on every IPv6 it prints', () => {
    fc.assert(
      fc.property(fc.ipV6(), (text) => {
        const bytes = parseIp(text)
        return bytes !== null && (bytes.length === 16 || bytes.length === 4)
      }),
    )
  })
})

describe('parseIpRange', () => {
  it.each([
    ['10.0.0.0/8', '10.255.0.1', true],
    ['10.0.0.0/8', '11.0.0.1', false],
    ['10.1.2.3/8', '10.9.9.9', true],
    ['192.168.1.128/25', '192.168.1.127', false],
    ['192.168.1.128/25', '192.168.1.200', true],
    ['0.0.0.0/0', '8.8.8.8', true],
    ['0.0.0.0/0', '::1', false],
    ['127.0.0.1', '::ffff:127.0.0.1', true],
    ['2001:db8::/32', '2001:db8:ffff::1', true],
    ['2001:db8::/33', '2001:db8:ffff::1', false],
    ['::1', '::1', true],
  ])('%s contains %s: %s', (range, address, inside) => {
    expect(parseIpRange(range)?.(parseIp(address) ?? [])).toBe(inside)
  })

  it.each([
    '',
    '10.0.0.0/33',
    '10.0.0.0/-1',
    '10.0.0.0/08',
    '::/129',
    '10.0.0.0/',
    'example.com',
    '10.0.0.0/8/8',
  ])('refuses %j', (text) => {
    expect(parseIpRange(text)).toBeNull()
  })
})

it.each([
  ['::ffff:10.1.2.3', '10.1.2.3'],
  ['::FFFF:10.1.2.3', '10.1.2.3'],
  ['10.1.2.3', '10.1.2.3'],
  ['::1', '::1'],
  ['::ffff:10.1.2.3%eth0', '::ffff:10.1.2.3%eth0'],
])('plainAddress writes %s as %s', (address, plain) => {
  expect(plainAddress(address)).toBe(plain)
})
