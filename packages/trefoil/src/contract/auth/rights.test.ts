import { expect, test } from 'vitest'
import { Rights } from './rights.ts'

test('FND-57: nothing of Set adds to rights, takes from them or empties them', () => {
  const rights = new Rights(['reader'])
  expect(rights).not.toBeInstanceOf(Set)
  expect(() => Set.prototype.add.call(rights as never, 'admin')).toThrow(TypeError)
  expect(() => Set.prototype.delete.call(rights as never, 'reader')).toThrow(TypeError)
  expect(() => Set.prototype.clear.call(rights as never)).toThrow(TypeError)
  expect([...rights]).toEqual(['reader'])
})

test('FND-57: neither the rights nor their class can be changed', () => {
  const rights = new Rights(['reader'])
  const yes = () => true
  expect(() => Object.assign(rights, { has: yes })).toThrow(TypeError)
  expect(() => Object.defineProperty(rights, 'has', { value: yes })).toThrow(TypeError)
  expect(() => Object.setPrototypeOf(rights, { has: yes })).toThrow(TypeError)
  expect(() => Object.assign(Rights.prototype, { has: yes })).toThrow(TypeError)
  expect(() => Object.assign(Rights, { prototype: { has: yes } })).toThrow(TypeError)
  expect(rights.has('admin')).toBe(false)
})

test('FND-57: the set inside is handed out to nobody', () => {
  const rights = new Rights(['reader', 'writer'])
  const given: unknown[] = []
  rights.forEach(function (this: unknown, value, key, set) {
    given.push([this, value, key, set])
  }, 'self')
  expect(given).toEqual([
    ['self', 'reader', 'reader', rights],
    ['self', 'writer', 'writer', rights],
  ])
  expect(given.flat()[3]).toBe(rights)
  expect(Reflect.ownKeys(rights)).toEqual([])
})

test('FND-57: a list that is changed afterwards changes no rights', () => {
  const roles = new Set(['reader'])
  const rights = new Rights(roles)
  roles.add('admin')
  expect(rights.has('admin')).toBe(false)
})

test('they read like any set, and are a list in JSON', () => {
  const rights = new Rights(['a', 'b', 'a'])
  expect(rights.size).toBe(2)
  expect([rights.has('a'), rights.has('c')]).toEqual([true, false])
  expect([...rights.keys()]).toEqual(['a', 'b'])
  expect([...rights.values()]).toEqual(['a', 'b'])
  expect([...rights.entries()]).toEqual([
    ['a', 'a'],
    ['b', 'b'],
  ])
  expect(JSON.stringify({ roles: rights })).toBe('{"roles":["a","b"]}')
  expect(new Rights().size).toBe(0)
})

test('PW-13: text is no list of letters, and only text is a right', () => {
  expect(() => new Rights('admin')).toThrow('must be lists, not text')
  // What JavaScript authenticators may hand over.
  expect(() => new Rights([1] as never)).toThrow('must contain only text')
})
