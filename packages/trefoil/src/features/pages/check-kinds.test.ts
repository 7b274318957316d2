import { expect, it } from 'vitest'
import { createApp } from '../../index.ts'
import { markup, pages } from '../../pages.ts'

const revoked = () => {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
const site = pages({ keys: 'a secret of at least 32 bytes, from a vault' })
const routes = createApp({ parts: [site], publicSurfaces: ['api', 'mcp', 'cli'] })
const PAGE = { name: 'a', title: 'T', public: true, show: () => markup`` } as const

it.each([
  ['once', 'no'],
  ['once', 0],
  ['once', null],
  ['send', 'text'],
  ['send', null],
  ['params', []],
  ['problems', 'x'],
  ['problems', { taken: 1 }],
  ['problems', { taken: { field: 'x' } }],
])('a page in plain JavaScript: %s of another kind is refused (FND-13)', (name, value) => {
  const options = { ...PAGE, [name]: value } as never
  expect(() => site.page(routes, '/a', options)).toThrow(`Page '/a': ${name} must be`)
})

it.each([
  ['required', 'false'],
  ['required', 0],
  ['hint', 7],
  ['hint', Symbol('x')],
  ['schema', { parse() {} }],
  ['schema', null],
  ['autocomplete', []],
])('a field in plain JavaScript: %s of another kind is refused (FND-13)', (name, value) => {
  const fields = { x: { kind: 'text', label: 'X', [name]: value } }
  const options = { ...PAGE, fields } as never
  expect(() => site.page(routes, '/a', options)).toThrow(`Page '/a': field 'x': ${name} must be`)
})

it('a page and a form need routes to stand at', () => {
  for (const bad of [null, 'x', {}, new Map(), revoked()]) {
    expect(() => site.page(bad as never, '/a', PAGE)).toThrow('takes the app, or a group of routes')
  }
})
