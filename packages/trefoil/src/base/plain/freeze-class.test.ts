import { expect, test } from 'vitest'
import { freezeClass } from './freeze-class.ts'

test('FND-57: neither methods, getters nor statics of a frozen class can be replaced', () => {
  class Context {
    static is(value: unknown): boolean {
      return value instanceof Context
    }
    get subject(): string {
      return 'ada'
    }
    hasRole(): boolean {
      return false
    }
  }
  freezeClass(Context)
  const yes = { value: () => true }
  const { prototype } = Context
  expect(() => Object.assign(prototype, { hasRole: () => true })).toThrow(TypeError)
  expect(() => Object.defineProperty(prototype, 'subject', { get: () => 'root' })).toThrow(
    TypeError,
  )
  expect(() => Object.defineProperty(prototype, 'isAdmin', yes)).toThrow(TypeError)
  expect(() => Object.assign(Context, { is: () => true })).toThrow(TypeError)
  expect(() => Object.defineProperty(Context, Symbol.hasInstance, yes)).toThrow(TypeError)
  const context = new Context()
  expect([context.subject, context.hasRole(), Context.is({})]).toEqual(['ada', false, false])
})

test('all that are named are frozen, abstract ones too', () => {
  abstract class Base {
    abstract name: string
  }
  class Heir extends Base {
    name = 'heir'
  }
  freezeClass(Base, Heir)
  for (const one of [Base, Heir]) {
    expect(Object.isFrozen(one)).toBe(true)
    expect(Object.isFrozen(one.prototype)).toBe(true)
  }
  expect(new Heir().name).toBe('heir')
})

test('FND-57: what the generators of a method inherit from is frozen too', () => {
  class Pieces {
    *all(): Generator<string> {
      yield 'real'
    }
    async *late(): AsyncGenerator<string> {
      yield 'real'
    }
  }
  freezeClass(Pieces)
  const forged = { next: () => ({ done: true, value: 'forged' }) }
  for (const one of [new Pieces().all(), new Pieces().late()]) {
    expect(() => Object.assign(Object.getPrototypeOf(one), forged)).toThrow(TypeError)
  }
  expect([...new Pieces().all()]).toEqual(['real'])
})
