import { expect, test } from 'vitest'
import { ClientView } from './client-view.ts'

test('FND-40, FND-58: what is known of a client, from the edge, and nobody can change it', () => {
  const view = new ClientView({ clientAddress: '203.0.113.7' }, ['User-Agent', 'agent/1'])
  expect(JSON.parse(JSON.stringify(view))).toEqual({
    address: '203.0.113.7',
    userAgent: 'agent/1',
  })
  expect(() => Object.assign(view, { address: '127.0.0.1' })).toThrow(TypeError)
  expect(() => Object.defineProperty(view, 'address', { value: '127.0.0.1' })).toThrow(TypeError)
  expect(Object.isFrozen(ClientView.prototype)).toBe(true)
  expect(Reflect.ownKeys(view)).toEqual([])
  expect(new ClientView({ clientAddress: null }, [])).toMatchObject({
    address: null,
    userAgent: null,
  })
})
