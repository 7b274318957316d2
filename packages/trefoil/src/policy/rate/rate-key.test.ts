import { describe, expect, it } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { isByAddress, rateKey, rateScope } from './rate-key.ts'

const NOBODY = { auth: null, address: '203.0.113.7', isLocal: false }

function caller(identity: Partial<ConstructorParameters<typeof AuthContext>[0]>) {
  return { ...NOBODY, auth: new AuthContext({ subject: 'ada', ...identity }) }
}

describe('rateKey', () => {
  it('PW-31 P-MWL-4: keys of different callers never meet, whatever is in their names', () => {
    const parts = [undefined, '-', 'a', 'a:b', '1:a', ':', 'a1:', '4', '0:'] as const
    const keys: string[] = []
    for (const issuer of parts) {
      for (const tenant of parts) {
        for (const subject of parts) {
          if (subject === undefined) continue
          keys.push(rateKey('s', 'caller', caller({ issuer, tenant, subject })))
        }
      }
    }
    expect(new Set(keys).size).toBe(keys.length)
  })

  it('PW-31: kinds of callers never meet', () => {
    const named = caller({
      subject: '203.0.113.7',
      tenant: '203.0.113.7',
      actor: [{ subject: '203.0.113.7' }],
    })
    const keys = [
      rateKey('s', 'caller', named),
      rateKey('s', 'tenant', named),
      rateKey('s', 'actor', named),
      rateKey('s', 'address', named),
      rateKey('s', 'everyone', named),
      rateKey('s', 'caller', { ...NOBODY, address: null }),
      rateKey('s', 'caller', { ...NOBODY, address: null, isLocal: true }),
    ]
    expect(new Set(keys).size).toBe(keys.length)
    expect(rateScope('a', 'bc')).not.toBe(rateScope('ab', 'c'))
  })

  it('PW-31 SW-28: a caller nobody knows is its address, and not one count for all of them', () => {
    expect(rateKey('s', 'caller', NOBODY)).toBe(rateKey('s', 'address', NOBODY))
    expect(rateKey('s', 'tenant', NOBODY)).toBe(rateKey('s', 'address', NOBODY))
    expect(rateKey('s', 'caller', NOBODY)).not.toBe(
      rateKey('s', 'caller', { ...NOBODY, address: '203.0.113.8' }),
    )
    expect(isByAddress('caller', null)).toBe(true)
    expect(isByAddress('caller', caller({}).auth)).toBe(false)
    expect(isByAddress('everyone', null)).toBe(false)
  })

  it('SW-28: IPv6 addresses of one /64 are one caller, and an IPv4 address is one in any spelling', () => {
    const at = (address: string) => rateKey('s', 'address', { ...NOBODY, address })
    expect(at('2001:db8:1:2:3:4:5:6')).toBe(at('2001:DB8:1:2::'))
    expect(at('2001:db8:1:2::1')).not.toBe(at('2001:db8:1:3::1'))
    // As Node has it of a peer on the same link, who can have any address there.
    expect(at('fe80::1%eth0')).toBe(at('fe80::2:3:4:5%eth0'))
    expect(at('::ffff:203.0.113.7')).toBe(at('203.0.113.7'))
    for (const same of [
      '::ffff:cb00:7107',
      '0:0:0:0:0:ffff:203.0.113.7',
      '0000:0:0:0:0:FFFF:cb00:7107',
    ]) {
      expect([same, at(same)]).toEqual([same, at('203.0.113.7')])
    }
    expect(at('::ffff:cb00:7107')).toBe(at('203.0.113.7'))
    expect(at('fe80::1%eth0')).not.toBe(at('fe80::1%eth1'))
  })

  it('DEL-1: a caller somebody acts for is the caller; by actor, who acts is counted', () => {
    const own = caller({ subject: 'ada' })
    const byAgent = caller({
      subject: 'ada',
      actor: [{ subject: 'agent-7' }, { subject: 'agent-1' }],
    })
    const other = caller({ subject: 'bob', actor: [{ subject: 'agent-7' }] })
    expect(rateKey('s', 'caller', byAgent)).toBe(rateKey('s', 'caller', own))
    expect(rateKey('s', 'actor', byAgent)).toBe(rateKey('s', 'actor', other))
    expect(rateKey('s', 'actor', own)).toBe(rateKey('s', 'caller', own))
  })

  it('a caller without a tenant is counted alone, and not with all who have none', () => {
    expect(rateKey('s', 'tenant', caller({ subject: 'ada' }))).not.toBe(
      rateKey('s', 'tenant', caller({ subject: 'bob' })),
    )
    expect(rateKey('s', 'tenant', caller({ subject: 'ada', tenant: 'acme' }))).toBe(
      rateKey('s', 'tenant', caller({ subject: 'bob', tenant: 'acme' })),
    )
  })
})
