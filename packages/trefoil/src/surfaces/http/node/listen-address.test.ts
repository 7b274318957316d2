import { describe, expect, test } from 'vitest'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { listenAddress } from './listen-address.ts'

const all = {
  TREFOIL_PORT: '1001',
  TREFOIL_HOST: 'own.test',
  PORT: '1002',
  HOST: '0.0.0.0',
}

describe('FND-49: where a server listens', () => {
  test('the code, then the own variables, then those of the platform, then the default', () => {
    expect(listenAddress({ port: 0, host: '::1' }, all)).toEqual({ port: 0, host: '::1' })
    expect(listenAddress({}, all)).toEqual({ port: 1001, host: 'own.test' })
    expect(listenAddress({}, { PORT: '1002', HOST: '0.0.0.0' })).toEqual({
      port: 1002,
      host: '0.0.0.0',
    })
    expect(listenAddress({}, {})).toEqual({ port: 8000, host: '127.0.0.1' })
    // Each by itself.
    expect(listenAddress({ port: 5 }, all)).toEqual({ port: 5, host: 'own.test' })
    expect(listenAddress({}, { PORT: '1002', TREFOIL_HOST: '::' })).toEqual({
      port: 1002,
      host: '::',
    })
  })

  test('an empty variable counts as not set', () => {
    const blank = { TREFOIL_PORT: '', TREFOIL_HOST: ' ', PORT: '7000', HOST: '' }
    expect(listenAddress({}, blank)).toEqual({ port: 7000, host: '127.0.0.1' })
  })

  test.each(['TREFOIL_PORT', 'PORT'])('a wrong %s is named, and not shown', (name) => {
    for (const text of ['65536', '-1', '80a', '0x50', '1e3', '8000.0', 'secret']) {
      const words = `${name} must be a whole number from 0 to 65535`
      expect(() => listenAddress({}, { [name]: text })).toThrow(new ImproperlyConfigured(words))
    }
  })

  test('a wrong variable that does not count is not read', () => {
    expect(listenAddress({ port: 1 }, { PORT: 'x' }).port).toBe(1)
    expect(listenAddress({}, { TREFOIL_PORT: '2', PORT: 'x' }).port).toBe(2)
  })

  test('HOST with the name of a machine opens nothing', () => {
    for (const HOST of ['build-7', 'shop.example', '*', '0.0.0.0.', '300.1.1.1']) {
      expect(listenAddress({}, { HOST }).host).toBe('127.0.0.1')
    }
    for (const HOST of ['localhost', '::', '10.0.0.1', ' 0.0.0.0 ']) {
      expect(listenAddress({}, { HOST }).host).toBe(HOST.trim())
    }
  })

  test('variables that may not be read are as good as not set', () => {
    const locked = new Proxy<Record<string, string>>(
      {},
      {
        get: () => {
          throw new Error('Requires env access')
        },
      },
    )
    expect(listenAddress({}, locked)).toEqual({ port: 8000, host: '127.0.0.1' })
  })
})
