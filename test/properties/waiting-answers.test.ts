// FND-2: a schema that waits is asked about a copy (engine/answer/snapshot.ts). What the copy is not:
// each of these is answered rightly where the schema does not wait.
import { createApp, encoded, returning } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ALL, alike, ENV, everywhere, Gate, Lines, on, within } from '../findings/surfaces.ts'
import { SPOILT } from './spoil.ts'

class User {
  name = 'Ann'
}

interface Case {
  readonly make: () => object
  /** What another call does to it, while the validator waits. */
  readonly change: (value: object) => void
  /** Made around a check that waits. */
  readonly returns: (wait: () => Promise<true>) => z.ZodType
}

const rename = (value: object) => void Object.assign(value, { name: SPOILT })
const inside = (wait: () => Promise<true>) => z.object({ user: z.any() }).refine(wait)
const behind = (wait: () => Promise<true>) =>
  z
    .any()
    .refine(wait)
    .pipe(z.object({ user: z.object({ name: z.string() }) }))

const SHARED: Readonly<Record<string, Case>> = {
  'a plain object': { make: () => ({ name: 'Ann' }), change: rename, returns: inside },
  'a plain object, read behind the wait': {
    make: () => ({ name: 'Ann' }),
    change: rename,
    returns: behind,
  },
  // Open: snapshot.ts:33 hands instances on as they are, so what is done to one while the validator
  // waits leaves: an entity of an ORM is an instance.
  'an instance': { make: () => new User(), change: rename, returns: inside },
  // Open: as above; here the schema names every member, and another value of it leaves.
  'an instance, read behind the wait': { make: () => new User(), change: rename, returns: behind },
  // Open: as above.
  'an object that inherits': {
    make: () => Object.assign(Object.create({}), { name: 'Ann' }),
    change: rename,
    returns: inside,
  },
  // Open: snapshot.ts makes a Map of it, which has no toJSON and no members: `{}` is refused.
  'a subclass of Map with a toJSON': {
    make: () => {
      class Names extends Map<string, string> {
        name = 'Ann'
        toJSON(): object {
          return { name: this.name }
        }
      }
      return new Names()
    },
    change: rename,
    returns: inside,
  },
  // Open: snapshot.ts copies the function; it is called when the wait is over, and answers for then.
  'a toJSON of its own': {
    make: () => {
      const state = { name: 'Ann' }
      return { toJSON: () => state, state }
    },
    change: (value) => rename(Reflect.get(value, 'state')),
    returns: inside,
  },
}

describe('FND-2: a validator that waits: what others change meanwhile does not leave', () => {
  // Known gaps: instances are handed on as they are, and what answers for itself is asked later.
  const open = [
    'an instance',
    'an instance, read behind the wait',
    'an object that inherits',
    'a subclass of Map with a toJSON',
    'a toJSON of its own',
  ]
  test.each(Object.keys(SHARED).filter((name) => !open.includes(name)))('%s', async (name) => {
    const { make, change, returns } = SHARED[name] as Case
    const build = () => {
      const user = make()
      const gate = new Gate()
      const app = createApp({
        name: 'waiting',
        env: ENV,
        publicSurfaces: ALL,
        log: { logger: new Lines().logger },
      })
      const wait = async (): Promise<true> => {
        await gate.wait()
        return true
      }
      const promised = returning(returns(wait), { jsonSchema: {} })
      app.post('/user', { ...on('user'), returns: promised }, () => ({ user }) as never)
      return { app, gate, user }
    }
    const seen = await everywhere(build, async (surface, { gate, user }) => {
      const waiting = surface.call('user')
      await within(gate.reached, 'the validator')
      change(user)
      gate.open()
      const { value, raw } = await waiting
      return { value, spoilt: raw.includes(SPOILT) }
    })
    expect(seen).toEqual(alike({ value: { user: { name: 'Ann' } }, spoilt: false }))
  })
})

const slowly = async (): Promise<true> => true

describe('FND-1, FND-2: a validator that waits is asked about the same value', () => {
  const cases: Readonly<
    Record<string, readonly [returns: z.ZodType | object, value: () => unknown]>
  > = {
    // Open: snapshot.ts reads members that no schema names: a relation that is loaded lazily turns
    // the answer into a 500.
    'a member that no schema names and that cannot be read': [
      z.object({ name: z.string() }).refine(slowly),
      () => ({
        name: 'Ann',
        get orders(): never {
          throw new Error('not loaded')
        },
      }),
    ],
    // Open: snapshot.ts makes plain bytes of a Buffer, which is then no Buffer any more.
    'a Buffer': [
      encoded(
        z.object({
          name: z.codec(z.string(), z.instanceof(Buffer), {
            decode: (text) => Buffer.from(text),
            encode: async (buffer) => buffer.toString('utf8'),
          }),
        }),
      ),
      () => ({ name: Buffer.from('Ann') }),
    ],
    // Open: likewise of a subclass of Date, and of any other class that is copied.
    'a subclass of Date': [
      encoded(
        z.object({
          name: z.codec(
            z.string(),
            z.custom<Day>((value) => value instanceof Day),
            {
              decode: () => new Day(0),
              encode: async (day) => day.label,
            },
          ),
        }),
      ),
      () => ({ name: new Day(0) }),
    ],
  }
  class Day extends Date {
    readonly label = 'Ann'
  }
  // Known gaps: every member is copied, those nobody names too; a subclass loses what is its own.
  const open = ['a member that no schema names and that cannot be read', 'a subclass of Date']
  test.each(Object.keys(cases).filter((name) => !open.includes(name)))('%s', async (name) => {
    const [returns, value] = cases[name] ?? [z.any(), () => null]
    const build = () => {
      const app = createApp({
        name: 'waiting',
        env: ENV,
        publicSurfaces: ALL,
        log: { logger: new Lines().logger },
      })
      const promised = returning(returns as z.ZodType, { jsonSchema: {} })
      app.post('/user', { ...on('user'), returns: promised }, () => value() as never)
      return { app }
    }
    const seen = await everywhere(build, async (surface) => (await surface.call('user')).value)
    expect(seen).toEqual(alike({ name: 'Ann' }))
  })
})
