import { describe, expect, it } from 'vitest'
import { emptyAction } from '../../../contract/call/action.ts'
import { perSurface } from '../../../contract/call/surface-name.ts'
import type { ParamSpec } from '../../../contract/params/param-spec.ts'
import { compileCache } from './compile-cache.ts'

const EVERYWHERE = perSurface(() => true)
const NOWHERE = perSurface(() => false)
const HTTP = perSurface((surface) => surface === 'api')
const ACTION = { ...emptyAction('item'), changes: false, exposed: EVERYWHERE }
const WHERE = "Route GET /item ('item')"

function compile(given: unknown, action: object = {}, covered = EVERYWHERE) {
  return compileCache(given, { ...ACTION, ...action }, covered, undefined, WHERE)
}

describe('compileCache (P-MWL-7, PW-30)', () => {
  it('is nothing where nothing is said', () => {
    expect(compile(undefined)).toBeNull()
  })

  it('keeps per caller, 1000 entries, unless something else is said', () => {
    const first = { lifetime: 30_000, scope: 'caller', splits: [], entries: 1000 }
    expect(compile({ for: '30s' })).toEqual(first)
    const by = () => 'eu'
    expect(compile({ for: '1m', per: ['roles', 'tenant', by], entries: 5 })).toEqual({
      lifetime: 60_000,
      scope: 'tenant',
      splits: ['roles', by],
      entries: 5,
    })
  })

  it.each([
    ['a list', []],
    ['text', '30s'],
    ['true', true],
    ['null', null],
    ['a number', 30],
    ['a function', () => ({ for: '30s' })],
    ['nothing in it', {}],
    ['a bare number', { for: 30 }],
    ['no time', { for: '0s' }],
    ['a word it does not know', { for: '30s', ttl: '30s' }],
    ['no entries', { for: '30s', entries: 0 }],
    ['half an entry', { for: '30s', entries: 1.5 }],
    ['text for entries', { for: '30s', entries: '10' }],
    ['text for a flag', { for: '30s', skipsMiddleware: 'false' }],
    ['nobody', { for: '30s', per: [] }],
    ['null for per', { for: '30s', per: null }],
    ['somebody else', { for: '30s', per: 'user' }],
    ['an object for per', { for: '30s', per: { tenant: true } }],
    ['a list in a list', { for: '30s', per: [['tenant']] }],
  ])('refuses %s, and names the route', (_, given) => {
    expect(() => compile(given)).toThrow(/^Route GET \/item \('item'\)/)
  })

  it('refuses a sharing of which nobody has said among whom', () => {
    for (const per of [
      'roles',
      ['roles'],
      ['scopes', () => 'a'],
      () => 'eu',
      ['caller', 'tenant'],
    ]) {
      expect(() => compile({ for: '30s', per })).toThrow(
        "cache.per must name exactly one of 'caller', 'tenant' and 'everyone'",
      )
    }
  })

  it('refuses to keep what changes something, or acts outside', () => {
    const cache = { for: '30s' }
    expect(() => compile(cache, { changes: true })).toThrow(
      'leave cache out, or say changes: false',
    )
    expect(() => compile(cache, { external: true })).toThrow('external: true exclude each other')
    const params = [{ name: 'photo', source: 'file' } as ParamSpec]
    expect(() => compile(cache, { params })).toThrow("'photo' is one; leave cache out")
  })

  it('refuses to leave out middleware that nobody said may be left out', () => {
    const middleware = [() => null]
    expect(() => compile({ for: '30s' }, { middleware })).toThrow('skipsMiddleware: true')
    expect(() => compile({ for: '30s', skipsMiddleware: false }, { middleware })).toThrow('guards')
    expect(compile({ for: '30s', skipsMiddleware: true }, { middleware })).not.toBeNull()
  })

  it('refuses what leaves open what becomes of callers that nobody knows (PW-30)', () => {
    const cache = { for: '30s' }
    const some = "'api', so cache has nobody to keep answers for there"
    expect(() => compile(cache, { public: HTTP })).toThrow(some)
    expect(() => compile(cache, { public: HTTP })).toThrow("or per: 'caller' if only")
    expect(compile({ ...cache, per: 'caller' }, { public: HTTP })?.scope).toBe('caller')
    expect(compile({ ...cache, per: 'everyone' }, { public: HTTP })?.scope).toBe('everyone')
    // Nothing would ever be kept.
    for (const per of ['caller', 'tenant'] as const) {
      expect(() => compile({ ...cache, per }, { public: EVERYWHERE })).toThrow("per: 'everyone'")
      expect(() => compile({ ...cache, per }, {}, NOWHERE)).toThrow("'api', 'mcp', 'cli'")
    }
    expect(compile({ ...cache, per: 'everyone' }, {}, NOWHERE)?.scope).toBe('everyone')
  })

  it('reads every member once', () => {
    const read: string[] = []
    const given = new Proxy(
      { for: '30s', per: 'everyone' },
      {
        get(target, name) {
          read.push(String(name))
          return Reflect.get(target, name)
        },
      },
    )
    expect(compile(given)?.scope).toBe('everyone')
    expect(read.length).toBe(new Set(read).size)
  })
})
