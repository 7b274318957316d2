// Who attacks: any caller. What they would win: a property on every object of the process
// (`isAdmin`), or an argument that the validator did not see.
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { members } from '../parity/driver.ts'
import { CALLERS } from '../parity/tokens.ts'
import { ADMIN, type Attacked, attacked, post, postEverywhere, seenOf } from './attacked-app.ts'

let target: Attacked
beforeAll(async () => {
  target = await attacked()
})
afterAll(() => target.server.close())

afterEach(() => {
  const probe: Record<string, unknown> = {}
  expect(probe['polluted']).toBeUndefined()
  expect(Object.getOwnPropertyNames(Object.prototype)).not.toContain('polluted')
})

const BODIES = [
  '{"__proto__":{"polluted":true}}',
  '{"sku":"a","quantity":1,"__proto__":{"polluted":true}}',
  '{"sku":"a","quantity":1,"\\u005f_proto__":{"polluted":true}}',
  '{"sku":"a","quantity":1,"constructor":{"prototype":{"polluted":true}}}',
  '{"sku":"a","quantity":1,"address":{"city":"x","__proto__":{"polluted":true}}}',
  '{"sku":"a","quantity":1,"address":[{"__proto__":{"polluted":true}}]}',
]

describe('HTTP-7', () => {
  it.each(BODIES)('the body %s is refused', async (body) => {
    const { status, json } = await post(`${target.url}/orders`, body)
    expect(status).toBe(400)
    expect(json['code']).toBe('invalid_json')
    for (const [surface, seen] of await postEverywhere(target.url, 'create_order', body)) {
      expect(seen.status, surface).toBe(400)
      expect(seen.text, surface).toMatch(/__proto__|constructor/)
    }
    expect(target.seen.args).toEqual([])
  })

  it('in this process, where no JSON is parsed, `__proto__` is an unknown argument', async () => {
    const { createFixtureApp, Observations } = await import('../parity/fixture-app.ts')
    const actions = createFixtureApp(new Observations()).localActions({
      headers: ['authorization', `Bearer ${CALLERS.admin}`],
    })
    const args: Record<string, unknown> = JSON.parse('{"sku":"a","quantity":1,"__proto__":{"a":1}}')
    const answer = await actions.call({ action: 'create_order', arguments: args })
    expect(members(members(answer)['error'])['message']).toBe('Unknown action argument: __proto__')
  })

  it('names of Object.prototype are no arguments that were sent', async () => {
    // `hasOwn`, not `in`: {"toString": …} is inherited by every object.
    const { status, json } = await post(`${target.url}/orders`, '{"quantity":1}')
    expect(status).toBe(400)
    expect(json['detail']).toBe('Missing required body field: sku')
  })

  it('in a query and a path the names are data', async () => {
    const query = '__proto__[polluted]=1&__proto__=1&constructor.prototype.polluted=1&limit=3'
    const search = await seenOf(await fetch(`${target.url}/search?${query}`, { headers: ADMIN }))
    expect(search.status).toBe(200)
    expect(members(search.json['args'])['limit']).toBe(3)
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const order = await seenOf(await fetch(`${target.url}/orders/${name}`, { headers: ADMIN }))
      expect(members(order.json['args'])['order_id'], name).toBe(name)
    }
    for (const path of ['/__proto__', '/constructor', '/toString', '/orders/x/__proto__']) {
      expect((await fetch(target.url + path, { headers: ADMIN })).status, path).toBe(404)
    }
  })

  it('no tool and no action has a name from Object.prototype', async () => {
    for (const name of ['__proto__', 'constructor', 'toString', 'valueOf']) {
      for (const [surface, seen] of await postEverywhere(target.url, name, '{}')) {
        expect(seen.text, `${surface} ${name}`).toMatch(/mcp_unknown_tool|unknown_action/)
      }
    }
  })

  it('in cookies and headers the names are data', async () => {
    const headers = { ...ADMIN, cookie: '__proto__=1; constructor=2; theme=dark', __proto__x: '1' }
    const { json } = await seenOf(await fetch(`${target.url}/search`, { headers }))
    expect(members(json['args'])['theme']).toBe('dark')
  })
})
