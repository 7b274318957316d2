import { describe, expect, test } from 'vitest'
import { createApp } from '../create-app.ts'

const nothing = () => null
const description = 'What it does.'

describe('a registration returns a handle', () => {
  test('of a route: name, method, path with prefixes, and where it is', () => {
    const shop = createApp().group('/shops/{shop}/')
    const handle = shop.get('/orders/{order_id:int}', { name: 'get_order' }, nothing)
    expect({ ...handle, url: handle.url({ shop: 'a b', order_id: 7 }) }).toEqual({
      name: 'get_order',
      method: 'GET',
      path: '/shops/{shop}/orders/{order_id}',
      url: '/shops/a%20b/orders/7',
    })
    expect(Object.isFrozen(handle)).toBe(true)
  })

  test('named as its action is, without a name', () => {
    const app = createApp()
    const handle = app.route('purge')('//caches/', nothing)
    expect(handle.name).toBe('PURGE /caches')
    expect(app.catalogue.actions[0]?.name).toBe(handle.name)
    expect(handle.url()).toBe('/caches')
  })

  test('of actions and tools: a name and no path', () => {
    const app = createApp()
    const action = app.action('purge', { description, cli: true }, nothing)
    expect(action).toEqual({ name: 'purge', method: null, path: null })
    expect(Object.isFrozen(action)).toBe(true)
    expect(app.group('/x').tool('find', { description }, nothing).path).toBeNull()
  })

  test('whatever is wrong with a route is said by the app', () => {
    const app = createApp()
    expect(app.get('orders', nothing).path).toBe('orders')
    expect(() => app.catalogue).toThrow("Route paths must start with '/'")
  })
})
