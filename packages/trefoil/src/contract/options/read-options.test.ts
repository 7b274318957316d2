import { describe, expect, test } from 'vitest'
import type { ByteSize } from '../../base/bytes.ts'
import type { Duration } from '../../base/duration.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { joinVariables, type KnownVariables, variablesOf, variableWarnings } from './environment.ts'
import { choice, duration, flag, list, orNull, record, size, text } from './kinds.ts'
import { type OptionGroup, REQUIRED, type Values } from './option-rows.ts'
import { nameVariables, type OptionSources, readOptions } from './read-options.ts'

/** Options of a part that somebody may write. */
interface StampOptions {
  readonly secret?: string
  readonly lifetime?: Duration
  readonly wait?: Duration
  readonly mostBytes?: ByteSize
  readonly path?: string | null
  readonly mode?: 'soft' | 'hard'
  readonly labels?: Readonly<Record<string, string>>
  readonly pages?: PageOptions | false
  readonly mail?: MailOptions
}

interface PageOptions {
  readonly dark?: boolean
}

interface MailOptions {
  readonly to?: readonly string[]
  readonly html?: boolean
}

type Mail = Values<MailOptions>
type Stamp = Values<
  StampOptions,
  { wait: number | null; mail: Mail | null; pages: Values<PageOptions> | false }
>

const PAGES: OptionGroup<PageOptions, Values<PageOptions>> = {
  name: 'stamp.pages',
  prefix: 'TREFOIL_STAMP_PAGES',
  rows: { dark: { read: flag, default: false, variable: true, doc: 'Dark.' } },
}

const MAIL: OptionGroup<MailOptions, Mail> = {
  name: 'stamp.mail',
  prefix: 'TREFOIL_STAMP_MAIL',
  subject: ['to'],
  rows: {
    to: { read: list(), default: [], variable: true, doc: 'Addresses.' },
    html: { read: flag, default: false, variable: true, doc: 'As HTML.' },
  },
}

const STAMP: OptionGroup<StampOptions, Stamp> = {
  name: 'stamp',
  prefix: 'TREFOIL_STAMP',
  rows: {
    secret: { read: text, default: REQUIRED, variable: true, doc: 'Secret.' },
    lifetime: { read: duration, default: '4h', variable: true, doc: 'Lifetime.' },
    wait: { read: duration, default: null, variable: true, doc: 'Longest wait.' },
    mostBytes: { read: size, default: '2kb', variable: true, doc: 'Largest.' },
    path: { read: orNull(text), default: '/stamp', variable: 'TREFOIL_STAMP_AT', doc: 'Path.' },
    mode: { read: choice(['soft', 'hard']), default: 'soft', variable: true, doc: 'Mode.' },
    labels: {
      read: record("{ a: 'b' }", (_, value) => (typeof value === 'string' ? null : 'must be text')),
      default: {},
      doc: 'Labels.',
    },
    pages: { group: PAGES, default: {}, off: true, doc: 'Pages.' },
    mail: { group: MAIL, default: null, doc: 'Mail.' },
  },
}

const given = (options: object, sources?: OptionSources): Stamp =>
  readOptions(STAMP, { secret: 's', ...options }, sources)

function mistake(options: unknown, sources?: OptionSources): string {
  try {
    readOptions(STAMP, options, sources)
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    return error.message
  }
  return 'none'
}

describe('APP-5: explicit option, then variable, then default', () => {
  test('defaults are read like what is given', () => {
    expect(given({})).toEqual({
      secret: 's',
      lifetime: 14_400_000,
      wait: null,
      mostBytes: 2048,
      path: '/stamp',
      mode: 'soft',
      labels: {},
      pages: { dark: false },
      mail: null,
    })
    expect(Object.isFrozen(given({}))).toBe(true)
  })

  test('variables stand in for what is absent', () => {
    const used = new Map<string, string>()
    const env = {
      TREFOIL_STAMP_SECRET: 'from env',
      TREFOIL_STAMP_LIFETIME: '1h',
      TREFOIL_STAMP_MOST_BYTES: ' 1mb ',
      TREFOIL_STAMP_AT: 'none',
      TREFOIL_STAMP_MODE: 'HARD',
      TREFOIL_STAMP_PAGES_DARK: 'yes',
      TREFOIL_STAMP_MAIL_TO: 'a@x.example, b@x.example',
    }
    expect(readOptions(STAMP, { lifetime: '2h' }, { env, used })).toMatchObject({
      secret: 'from env',
      lifetime: 7_200_000,
      mostBytes: 1024 * 1024,
      path: null,
      mode: 'hard',
      pages: { dark: true },
      mail: { to: ['a@x.example', 'b@x.example'], html: false },
    })
    expect(used.get('stamp.mostBytes')).toBe('TREFOIL_STAMP_MOST_BYTES')
    expect(used.has('stamp.lifetime')).toBe(false)
  })

  test('a variable whose option is given is not even looked at, also when it says none', () => {
    const env = { TREFOIL_STAMP_AT: '', TREFOIL_STAMP_PAGES_DARK: 'perhaps' }
    expect(given({ path: null, pages: false }, { env })).toMatchObject({ path: null, pages: false })
  })

  test('S-CORS-1, S-CORS-2: without its subject there is no group; what code names is all of it', () => {
    expect(given({}, { env: { TREFOIL_STAMP_MAIL_HTML: 'on' } }).mail).toBeNull()
    const env = { TREFOIL_STAMP_MAIL_TO: 'forgotten@x.example', TREFOIL_STAMP_MAIL_HTML: 'on' }
    expect(given({ mail: { to: ['a'] } }, { env }).mail).toEqual({ to: ['a'], html: true })
  })
})

describe('FND-13: names', () => {
  test('unknown ones are refused, in inner groups too, all of them at once', () => {
    expect(mistake({ secret: 's', lifetim: '1h', pages: { darc: true } })).toBe(
      "stamp: unknown option 'lifetim'; did you mean 'lifetime'?\n" +
        "stamp.pages: unknown option 'darc'; did you mean 'dark'?",
    )
  })

  test('also those that only a prototype has', () => {
    expect(mistake(Object.create({ lifetim: '1h' }))).toContain("unknown option 'lifetim'")
    expect(mistake({ secret: 's', toString: () => '' })).toContain("unknown option 'toString'")
  })
})

describe('what only JavaScript can hand over', () => {
  test.each<[unknown, string]>([
    ['secret', 'stamp must be an object of options, got text of 6 characters'],
    [[], 'stamp must be an object of options, got an empty list'],
    [null, 'stamp must be an object of options, got null'],
    [7, 'stamp must be an object of options, got 7'],
    [
      { secret: 's', pages: null },
      'stamp.pages must be an object of options, or false for none, got null',
    ],
    [{ secret: 's', mail: false }, 'stamp.mail must be an object of options, got false'],
    [{ secret: null }, 'stamp.secret must be non-empty text, got null'],
    [
      { secret: 's', mode: 'hunter2' },
      'stamp.mode must be one of soft, hard, got text of 7 characters',
    ],
    [
      { secret: 's', mail: { to: 'a' } },
      'stamp.mail.to must be a list of text, got text of 1 character',
    ],
    [{ secret: 's', labels: { a: 1 } }, "stamp.labels 'a' must be text"],
    [
      { secret: 's', pages: { dark: 'false' } },
      'stamp.pages.dark must be true or false, got text of 5 characters',
    ],
  ])('%j', (options, message) => {
    expect(mistake(options)).toBe(message)
  })

  test.each([
    ['a promise', Promise.resolve({ html: true }), 'write await in front of it'],
    ['a map', new Map([['html', true]]), 'must be an object of options'],
  ])('%s in the place of a group is not all defaults in silence', (_, mail, words) => {
    expect(() => readOptions(STAMP, { secret: 's', mail })).toThrow(words)
    expect(() => readOptions(STAMP, mail)).toThrow(words)
  })

  test('a value that nobody can look at is named', () => {
    const { proxy, revoke } = Proxy.revocable([], {})
    revoke()
    const given = { secret: 's', mail: { to: proxy } }
    const read = () => readOptions(STAMP, given)
    expect(read).toThrow(ImproperlyConfigured)
    expect(read).toThrow('stamp.mail.to is a proxy that was revoked')
  })

  test('a getter is asked once, and one that throws does not hide where', () => {
    let asked = 0
    const options = {
      secret: 's',
      get mode() {
        asked += 1
        return 'hard'
      },
    }
    expect(readOptions(STAMP, options).mode).toBe('hard')
    expect(asked).toBe(1)
    const hostile = new Proxy(
      {},
      {
        get() {
          throw new Error('hunter2')
        },
      },
    )
    expect(mistake(hostile)).toBe('stamp: the options cannot be read')
  })
})

describe('variables', () => {
  const known: KnownVariables = joinVariables(variablesOf(STAMP), {
    names: new Set(['TREFOIL_APP']),
    renamed: new Map([['TREFOIL_STAMP_AGE', { to: 'TREFOIL_STAMP_LIFETIME', unit: 's' }]]),
  })

  test('FND-38: every wrong one is named at once, and none shown', () => {
    const env = {
      TREFOIL_STAMP_LIFETIME: 'hunter2',
      TREFOIL_STAMP_MOST_BYTES: '',
      TREFOIL_STAMP_PAGES_DARK: 'hunter2',
    }
    expect(mistake({}, { env })).toBe(
      'stamp.secret is missing; give it, or set TREFOIL_STAMP_SECRET\n' +
        "TREFOIL_STAMP_LIFETIME must be a duration such as '30s' (ms, s, m, h, d), got text of 7 characters\n" +
        'TREFOIL_STAMP_MOST_BYTES must not be empty\n' +
        'TREFOIL_STAMP_PAGES_DARK must be 1, true, yes or on, or 0, false, no or off',
    )
  })

  test('an old name works, is the one that errors name, and gives way to the new one', () => {
    const { renamed } = known
    expect(given({}, { env: { TREFOIL_STAMP_AGE: '60' }, renamed }).lifetime).toBe(60_000)
    expect(mistake({ secret: 's' }, { env: { TREFOIL_STAMP_AGE: 'x' }, renamed })).toMatch(
      /^TREFOIL_STAMP_AGE must be/,
    )
    const env = { TREFOIL_STAMP_AGE: '60', TREFOIL_STAMP_LIFETIME: '2m' }
    expect(given({}, { env, renamed }).lifetime).toBe(120_000)
    expect(variableWarnings(env, known)).toEqual([
      'Environment variable TREFOIL_STAMP_AGE is now TREFOIL_STAMP_LIFETIME; both are set, and TREFOIL_STAMP_LIFETIME counts',
    ])
    expect(variableWarnings({ TREFOIL_STAMP_AGE: '60' }, known)).toEqual([
      'Environment variable TREFOIL_STAMP_AGE is now TREFOIL_STAMP_LIFETIME; the old name works until 1.0',
    ])
  })

  test('APP-6: those that nobody reads are named with the nearest', () => {
    const env = { TREFOIL_STAMP_SECRT: 'x', TREFOIL_APP: 'x', TREFOIL_STAMP_AT: 'x', OTHER: 'x' }
    expect(variableWarnings(env, known)).toEqual([
      'Environment variable TREFOIL_STAMP_SECRT is not one that Trefoil reads; did you mean TREFOIL_STAMP_SECRET?',
    ])
  })

  test('errors of later checks name the variable', () => {
    const used = new Map([['stamp.pages.dark', 'TREFOIL_STAMP_PAGES_DARK']])
    const error = new ImproperlyConfigured('stamp.pages.dark needs stamp.pages.darker.')
    expect(nameVariables(error, used)).toHaveProperty(
      'message',
      'TREFOIL_STAMP_PAGES_DARK needs stamp.pages.darker.',
    )
    expect(nameVariables(error, new Map())).toBe(error)
  })
})
