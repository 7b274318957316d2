import { describe, expect, test } from 'vitest'
import { createApp } from '../../create-app.ts'

const newApp = (limits: Record<string, unknown> = {}) =>
  createApp({ name: 'capacity', env: {}, publicSurfaces: ['api'], limits })

/** Options as plain JavaScript may write them, for a group and a route in it. */
function compiled(group: object, route: object, limits = {}) {
  const app = newApp(limits)
  app.group('/g', group as never).get('/x', route as never, () => 1)
  const [action] = app.catalogue.actions
  if (action === undefined) throw new Error('no action')
  const { concurrency, appConcurrency, breaker } = action
  return { concurrency, appConcurrency, breaker }
}

describe('P-MWL-3: concurrency', () => {
  test('is none where nobody asks for it', () => {
    expect(compiled({}, {})).toEqual({ concurrency: [], appConcurrency: null, breaker: null })
  })

  test.each([
    ['a number counts everybody', {}, { concurrency: 5 }, [[5, 'everyone']]],
    ['0 only counts', {}, { concurrency: 0 }, [[0, 'everyone']]],
    ['by caller', {}, { concurrency: { limit: 2, per: 'caller' } }, [[2, 'caller']]],
    [
      'the smaller of two holds, outside',
      { concurrency: 3 },
      { concurrency: 5 },
      [[3, 'everyone']],
    ],
    ['the smaller of two holds, inside', { concurrency: 5 }, { concurrency: 3 }, [[3, 'everyone']]],
    ['0 inside loosens nothing', { concurrency: 3 }, { concurrency: 0 }, [[3, 'everyone']]],
    [
      'those that count others stand beside each other',
      { concurrency: { limit: 2, per: 'caller' } },
      { concurrency: { limit: 9, per: 'everyone' } },
      [
        [2, 'caller'],
        [9, 'everyone'],
      ],
    ],
  ])('%s', (_, group, route, expected) => {
    expect(compiled(group, route).concurrency).toEqual(
      expected.map(([limit, per]) => ({ limit, per })),
    )
  })

  test('of the app is what every action knows', () => {
    expect(compiled({}, {}, { concurrency: 50 }).appConcurrency).toBe(50)
  })

  test.each([
    ['5', /concurrency must be a number of calls, or \{ limit: 5, per: 'caller' \}, got text/],
    [null, /must be a number of calls/],
    [-1, /concurrency\.limit must be a whole number, 0 or more, got -1/],
    [1.5, /must be a whole number/],
    [Number.NaN, /must be a whole number/],
    [Number.POSITIVE_INFINITY, /must be a whole number/],
    [{}, /concurrency\.limit is missing/],
    [{ limit: 1, per: 'user' }, /concurrency\.per must be one of everyone, caller, tenant/],
    [{ limit: 1, par: 'caller' }, /unknown option 'par'.*did you mean 'per'/],
  ])('%o is refused, of a route and of a group', (concurrency, message) => {
    expect(() => compiled({}, { concurrency })).toThrow(message)
    expect(() => compiled({}, { concurrency })).toThrow(/^Route GET \/g\/x: concurrency/)
    expect(() => compiled({ concurrency }, {})).toThrow(message)
    expect(() => compiled({ concurrency }, {})).toThrow(/^Group '\/g': concurrency/)
  })

  test('a getter that throws is refused with a sentence', () => {
    const concurrency = {
      get limit() {
        throw new Error('no')
      },
    }
    expect(() => compiled({}, { concurrency })).toThrow(/concurrency: the options cannot be read/)
  })

  test.each(['5', -1, 0.5, null])('limits.concurrency: %o is refused', (concurrency) => {
    expect(() => newApp({ concurrency })).toThrow(
      /limits\.concurrency must be a whole number, 0 or more/,
    )
  })
})

describe('P-MWL-6: breaker', () => {
  test.each([
    ['5 failures and 60 seconds', {}, { breaker: true }, { failures: 5, cooldown: 60_000 }],
    ['what is given', {}, { breaker: { failures: 2 } }, { failures: 2, cooldown: 60_000 }],
    ['that of the group', { breaker: true }, {}, { failures: 5, cooldown: 60_000 }],
    ['none, of a group that has one', { breaker: true }, { breaker: false }, null],
    [
      'its own, of a group that has one',
      { breaker: { failures: 9, cooldown: '1s' } },
      { breaker: { cooldown: '2s' } },
      { failures: 5, cooldown: 2000 },
    ],
  ])('%s', (_, group, route, expected) => {
    expect(compiled(group, route).breaker).toEqual(expected)
  })

  test.each([
    [1, /breaker must be true, false, or \{ failures: 5, cooldown: '60s' \}, got 1/],
    [null, /breaker must be true, false, or/],
    ['on', /breaker must be true, false, or .*got text/],
    [{ failures: 0 }, /breaker\.failures must be a whole number, 1 or more, got 0/],
    [{ cooldown: 60 }, /breaker\.cooldown must be a duration such as '30s'.*write '60s'/],
    [{ cooldown: '0s' }, /breaker\.cooldown must be more than '0s'/],
    [{ cooldwn: '1s' }, /did you mean 'cooldown'/],
  ])('%o is refused, of a route and of a group', (breaker, message) => {
    expect(() => compiled({}, { breaker })).toThrow(message)
    expect(() => compiled({ breaker }, {})).toThrow(message)
  })
})
