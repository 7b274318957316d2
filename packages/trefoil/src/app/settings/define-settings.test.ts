import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { Duration } from '../../base/duration.ts'
import { Secret } from '../../base/secret.ts'
import type { Environment } from '../../contract/options/environment.ts'
import { duration } from '../../contract/options/read-duration.ts'
import { size } from '../../contract/options/read-size.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { defineSettings, type SettingFields } from './define-settings.ts'
import { secret } from './secret-field.ts'

const SECRET = 'correct-horse-battery-staple-9000'
const FOLDER = mkdtempSync(join(tmpdir(), 'settings-'))
afterAll(() => rmSync(FOLDER, { recursive: true }))

function written(name: string, text: string): string {
  const file = join(FOLDER, name)
  writeFileSync(file, text, { mode: 0o600 })
  return file
}

function writtenBytes(name: string, bytes: Uint8Array): string {
  const file = join(FOLDER, name)
  writeFileSync(file, bytes, { mode: 0o600 })
  return file
}

function read<F extends SettingFields>(fields: F, env: Environment, more: object = {}) {
  return defineSettings(fields, { envPrefix: 'HR_', env, ...more })
}

function mistakes(fields: SettingFields, env: Environment, more: object = {}): string {
  try {
    read(fields, env, more)
  } catch (error) {
    expect(error).toBeInstanceOf(ImproperlyConfigured)
    expect(inspect(error, { depth: 9 })).not.toContain(SECRET)
    return (error as Error).message
  }
  return 'no mistake'
}

const base = {
  serverName: z.string().default('hr-server'),
  logLevel: z.enum(['debug', 'info', 'warn']).default('info'),
  timeoutDefault: z.string().default('30s').transform(duration),
}

describe('P-SET-1: settings out of the environment', () => {
  test('prefix, defaults, values of the schemas', () => {
    expect(read(base, {})).toEqual({
      serverName: 'hr-server',
      logLevel: 'info',
      timeoutDefault: '30s',
    })
    const settings = read(base, { HR_SERVER_NAME: ' api ', HR_TIMEOUT_DEFAULT: '5m' })
    const timeout: Duration = settings.timeoutDefault
    expect([settings.serverName, timeout]).toEqual(['api', '5m'])
  })

  test('more fields and another prefix', () => {
    const settings = defineSettings(
      { ...base, dbPool: z.int().min(1), dbURL: z.url(), s3Bucket: z.string() },
      {
        envPrefix: 'PAY_ROLL_',
        env: { PAY_ROLL_DB_POOL: '5', PAY_ROLL_DB_URL: 'db://x', PAY_ROLL_S3_BUCKET: 'b' },
      },
    )
    expect(settings).toMatchObject({ serverName: 'hr-server', dbPool: 5, dbURL: 'db://x' })
  })

  test('variables of nobody’s are ignored', () => {
    const told: string[] = []
    const env = { HR_SOMETHING_ELSE: 'x', SERVER_NAME: 'x', hr_server_name: 'x' }
    expect(read(base, env, { warn: (text: string) => told.push(text) }).serverName).toBe(
      'hr-server',
    )
    expect(told).toEqual([])
  })

  test('a likely misspelling is told, as a warning or with what is missing', () => {
    const told: string[] = []
    read(base, { HR_SEVER_NAME: 'x' }, { warn: (text: string) => told.push(text) })
    expect(told).toEqual([
      'Environment variable HR_SEVER_NAME is not one of the settings; did you mean HR_SERVER_NAME?',
    ])
    expect(mistakes({ serverName: z.string() }, { HR_SEVER_NAME: 'x' })).toContain(
      'HR_SERVER_NAME is not set; set it to text; HR_SEVER_NAME is set: is that a misspelling of it?',
    )
    told.length = 0
    read(base, { 'HR_SERVER_NAM\n': 'x' }, { warn: (text: string) => told.push(text) })
    expect(told.splice(0).join()).toContain('HR_SERVER_NAM\\u000a is not one')
    told.push('one')
    const both = { HR_SEVER_NAME: 'x', HR_SERVER_NAME: 'y' }
    read(base, both, { warn: (text: string) => told.push(text) })
    read({ host: z.string().default('') }, { HR_PORT: '1' }, { warn: () => told.push('short') })
    expect(told).toHaveLength(1)
  })

  test('text is read by the grammar of query parameters', () => {
    const fields = {
      count: z.int(),
      ratio: z.number(),
      flag: z.boolean(),
      tags: z.array(z.string()),
      ports: z.array(z.int()),
      shape: z.object({ a: z.int() }),
      upload: z.string().transform(size),
      port: z.union([z.int(), z.literal('any')]),
      when: z.coerce.date(),
    }
    const env = {
      HR_COUNT: '7',
      HR_RATIO: '1.5e3',
      HR_FLAG: 'YES',
      HR_TAGS: 'a, b',
      HR_PORTS: '[1,2]',
      HR_SHAPE: '{"a":1}',
      HR_UPLOAD: '2MB',
      HR_PORT: 'any',
      HR_WHEN: '2026-01-01',
    }
    const settings = read(fields, env)
    expect(settings).toEqual({
      count: 7,
      ratio: 1500,
      flag: true,
      tags: ['a', 'b'],
      ports: [1, 2],
      shape: { a: 1 },
      upload: '2mb',
      port: 'any',
      when: new Date('2026-01-01'),
    })
    const refused = {
      ...env,
      HR_COUNT: '0x7',
      HR_RATIO: 'NaN',
      HR_FLAG: 'y',
      HR_SHAPE: '{"a":1,"a":2}',
    }
    const text = mistakes(fields, refused)
    for (const name of ['HR_COUNT', 'HR_RATIO', 'HR_FLAG', 'HR_SHAPE']) expect(text).toContain(name)
  })

  test('everything that is wrong at once: name, what was found, what to write', () => {
    const fields = {
      ...base,
      port: z.int().max(65_535),
      workers: z.int().describe('Processes that share the port'),
      key: secret({ minBytes: 32 }),
      url: z.url(),
      hosts: z.array(z.string()),
    }
    const env = {
      HR_LOG_LEVEL: 'loud',
      HR_TIMEOUT_DEFAULT: '30',
      HR_PORT: '99999',
      HR_URL: SECRET,
      HR_HOSTS: 'a,,b',
      HR_SERVER_NAME: '',
    }
    expect(mistakes(fields, env)).toMatchInlineSnapshot(`
      "8 settings are wrong:
        HR_SERVER_NAME is empty; set it to text, or leave it out
        HR_LOG_LEVEL is 'loud'; write one of debug, info, warn
        HR_TIMEOUT_DEFAULT holds text of 2 characters: must be a duration such as '30s' (ms, s, m, h, d)
        HR_PORT is '99999': Too big: expected number to be <=65535
        HR_WORKERS is not set; set it to a whole number (Processes that share the port)
        HR_KEY is not set; set it, or HR_KEY_FILE to the path of a file that holds it
        HR_URL holds text of 33 characters: Invalid URL
        HR_HOSTS holds text of 4 characters; it has an empty entry between its commas"
    `)
  })

  test('frozen, and read once', () => {
    const env: Record<string, string> = { HR_TAGS: 'a' }
    const settings = read({ ...base, tags: z.array(z.string()) }, env)
    env['HR_TAGS'] = 'b'
    expect(Object.isFrozen(settings) && Object.isFrozen(settings.tags)).toBe(true)
    expect(settings.tags).toEqual(['a'])
  })

  test('nothing stands in for what is not set but what its schema says (FND-11)', () => {
    const converts = {
      n: z.coerce.number(),
      s: z.coerce.string(),
      b: z.preprocess(Boolean, z.any()),
    }
    const text = mistakes(converts, {})
    for (const name of ['HR_N', 'HR_S', 'HR_B']) expect(text).toContain(`${name} is not set`)
    const absent = {
      a: z.string().optional(),
      b: z.string().nullable(),
      c: z
        .string()
        .optional()
        .transform((value) => value ?? 'none'),
    }
    expect(read(absent, {})).toEqual({ a: undefined, b: null, c: 'none' })
  })

  test('variables with names of their own (S-ENV-1: nested ones of other systems)', () => {
    const fields = { jwtSecret: secret(), databaseUrl: z.string() }
    const variables = { jwtSecret: 'AUTH_JWT__SECRET', databaseUrl: 'DATABASE_URL' }
    const env = { AUTH_JWT__SECRET: SECRET, DATABASE_URL: 'db' }
    const settings = read(fields, env, { variables })
    expect([settings.jwtSecret.reveal(), settings.databaseUrl]).toEqual([SECRET, 'db'])
    expect(() => read(fields, env, { variables: { jwtSecrt: 'X' } })).toThrow(
      "defineSettings(): variables: unknown setting 'jwtSecrt'; did you mean 'jwtSecret'?",
    )
  })

  test('S-ENV-3: a list with commas, or in JSON; a toggle by its own name', () => {
    const fields = { oldSecrets: z.array(z.string()), passwordRequireSymbol: z.boolean() }
    const env = (list: string) => ({ HR_OLD_SECRETS: list, HR_PASSWORD_REQUIRE_SYMBOL: 'on' })
    for (const list of ['one, two', '["one","two"]']) {
      expect(read(fields, env(list))).toEqual({
        oldSecrets: ['one', 'two'],
        passwordRequireSymbol: true,
      })
    }
  })

  test('S-ENV-2: no secret is made up, wherever the app runs', () => {
    for (const TREFOIL_ENV of ['development', 'production', '']) {
      expect(mistakes({ jwtSecret: secret() }, { TREFOIL_ENV })).toContain(
        'HR_JWT_SECRET is not set; set it, or HR_JWT_SECRET_FILE to the path of a file that holds it',
      )
    }
  })
})

describe('P-SET-1: secrets', () => {
  test('print nothing', () => {
    const settings = read({ key: secret(), none: secret({ optional: true }) }, { HR_KEY: SECRET })
    expect(settings.key).toBeInstanceOf(Secret)
    expect(settings.key.reveal()).toBe(SECRET)
    expect(settings.none).toBeUndefined()
    const told = [
      inspect(settings, { depth: 9, showHidden: true }),
      JSON.stringify(settings),
      `${settings.key}`,
    ]
    expect(told.join()).not.toContain(SECRET)
  })

  test('too short: not a letter of it, nor how long it is', () => {
    const text = mistakes({ key: secret() }, { HR_KEY: 'hunter2' })
    expect(text).toContain('HR_KEY is refused: a secret here has at least 16 bytes')
    expect(text).not.toMatch(/hunter2|\b7\b/)
  })

  test('a field whose name says that it is one is not shown either', () => {
    expect(
      mistakes(
        { apiPin: z.int(), authToken: z.int() },
        { HR_API_PIN: '12a4', HR_AUTH_TOKEN: '1x' },
      ),
    ).not.toMatch(/12a4|1x/)
  })

  test('what a schema says is told without the value in it', () => {
    const fields = {
      url: z.string().refine(() => false, { error: ({ input }) => `bad: ${input}` }),
      thrown: z.string().transform((text): string => {
        throw new Error(text)
      }),
      tags: z.array(z.string().refine(() => false, { error: ({ input }) => `bad: ${input}` })),
    }
    const text = mistakes(fields, {
      HR_URL: SECRET,
      HR_THROWN: SECRET,
      HR_TAGS: `a-b-c-d,${SECRET}`,
    })
    expect(text).toContain('HR_URL holds text of 33 characters: bad: …')
    expect(text).toContain('HR_THROWN holds text of 33 characters: its schema threw an error')
    expect(text).toContain('entry 2: bad: …')
  })

  // Was wrong: the words of a schema were looked through for the text, not for what JSON made of it.
  test('nor what JSON made of it, a long number, an error of the app\u2019s own', () => {
    const bad = (what: z.ZodType) =>
      what.refine(() => false, { error: ({ input }) => `bad: ${input}` })
    const fields = {
      plan: z.strictObject({ a: bad(z.string()), n: bad(z.number()) }),
      card: bad(z.int()),
      own: z.string().transform((text): string => {
        throw new ImproperlyConfigured(`no: ${text}`)
      }),
    }
    const text = mistakes(fields, {
      HR_PLAN: '{"a":"\\u0068unter2 hunter","n":12e3,"\\u0068idden-key":1}',
      HR_CARD: '4111111111111111',
      HR_OWN: SECRET,
    })
    expect(text).not.toMatch(/hunter|idden|12000|4111/)
    expect(text).toContain('HR_OWN holds text of 33 characters: no: …')
  })

  // Was wrong: what a schema of another library gave was read where nobody caught what it threw.
  test('a schema that gives no answer, or one that throws, is told as wrong', () => {
    const answers: readonly (() => unknown)[] = [
      () => undefined,
      () => null,
      () => ({ issues: null }),
      () => ({ issues: 'bad' }),
      () => ({ issues: [null] }),
      () => ({ issues: [{}] }),
      () => ({ issues: [{ message: 'm', path: [null] }] }),
      () => ({
        get issues() {
          throw new Error(SECRET)
        },
      }),
    ]
    for (const validate of answers) {
      const a = { '~standard': { version: 1, vendor: 'x', validate } }
      expect(mistakes({ a } as unknown as SettingFields, { HR_A: SECRET })).toMatch(
        /^One setting is wrong:\n {2}HR_A holds text of 33 characters: /,
      )
    }
  })

  test('a rejection that nobody waits for does not end the process', async () => {
    const told: unknown[] = []
    const tell = (error: unknown) => told.push(error)
    process.on('unhandledRejection', tell)
    const rejects = () => Promise.reject(new Error(SECRET))
    const fields = {
      a: z.string().refine(rejects),
      b: z.string().default('b').transform(rejects),
    }
    expect(mistakes(fields, { HR_A: 'x' })).toContain('HR_A: its schema answers later')
    await new Promise((resolve) => setTimeout(resolve, 5))
    process.off('unhandledRejection', tell)
    expect(told).toEqual([])
  })

  test('in a file, as containers and systemd hand them over', () => {
    const file = written('key', `${SECRET}\n`)
    symlinkSync(file, join(FOLDER, 'link'))
    for (const HR_KEY_FILE of [file, join(FOLDER, 'link'), ` ${file} `]) {
      expect(read({ key: secret() }, { HR_KEY_FILE }).key.reveal()).toBe(SECRET)
    }
    expect(mistakes({ key: secret() }, { HR_KEY_FILE: file, HR_KEY: SECRET })).toContain(
      'HR_KEY and HR_KEY_FILE are both set; keep one of them',
    )
  })

  test('a file that cannot be it', () => {
    mkdirSync(join(FOLDER, 'folder'))
    const open = written('open', SECRET)
    chmodSync(open, 0o666)
    const cases: readonly (readonly [string, string])[] = [
      [SECRET, 'HR_KEY_FILE names a file that does not exist'],
      [join(FOLDER, 'folder'), 'HR_KEY_FILE names a file that is no file'],
      [written('large', 'x'.repeat(65_537)), 'HR_KEY_FILE names a file that is larger than 64kb'],
      [written('empty', '\n'), 'HR_KEY_FILE is empty'],
      [written('short', 'abc'), 'HR_KEY_FILE is refused: a secret here has at least 16 bytes'],
      [open, 'HR_KEY_FILE names a file that can be written by every user of this machine'],
      ['a\0b', 'HR_KEY_FILE names a file that cannot be read'],
      ['', 'HR_KEY_FILE is empty; set it to a path, or leave it out'],
    ]
    for (const [HR_KEY_FILE, text] of cases) {
      expect(mistakes({ key: secret() }, { HR_KEY_FILE })).toContain(text)
    }
    expect(mistakes({ key: secret() }, { HR_KEY_FILE: '/dev/zero' })).toContain('is no file')
  })

  // Was wrong: sixteen random bytes were read as the same character again and again, and long enough.
  test('bytes that are no text are no secret, in a file or in a variable', () => {
    for (const bytes of [
      Buffer.alloc(16, 0xff),
      Buffer.alloc(32),
      Buffer.from(SECRET, 'utf16le'),
    ]) {
      const HR_KEY_FILE = writtenBytes('bytes', bytes)
      expect(mistakes({ key: secret() }, { HR_KEY_FILE })).toContain(
        'HR_KEY_FILE names a file that is no text in UTF-8',
      )
    }
    for (const HR_KEY of [Buffer.alloc(16, 0xff).toString(), `${SECRET}\ud800`]) {
      expect(mistakes({ key: secret() }, { HR_KEY })).toContain('a secret is text in UTF-8')
    }
  })
})

describe('P-SET-1: .env', () => {
  const file = written(
    '.env',
    `# ours\nHR_SERVER_NAME="from file"\nHR_LOG_LEVEL=warn\nHR_KEY=${SECRET}\n`,
  )
  const local = written('.env.local', '\ufeffHR_LOG_LEVEL=debug\n')

  test('the real environment counts before it, the first file before the second', () => {
    const more = { envFile: [local, pathToFileURL(file)] }
    expect(read(base, { HR_SERVER_NAME: 'real' }, more)).toMatchObject({
      serverName: 'real',
      logLevel: 'debug',
    })
    expect(read(base, {}, { envFile: file })).toMatchObject({ serverName: 'from file' })
  })

  test('nothing is read that nobody named, nothing of it reaches the process', () => {
    read({ key: secret() }, {}, { envFile: file })
    expect(process.env['HR_KEY']).toBeUndefined()
    expect(read(base, {}).logLevel).toBe('info')
  })

  test('one that is not there is left out; one that cannot be read is told', () => {
    expect(read(base, {}, { envFile: join(FOLDER, 'none/.env') }).logLevel).toBe('info')
    expect(mistakes(base, {}, { envFile: FOLDER })).toContain('is no file')
    // A file of another name than was meant: what is missing would else be a riddle.
    const needed = { port: z.int() }
    expect(mistakes(needed, {}, { envFile: [file, '.env.none'] })).toBe(
      'One setting is wrong:\n  HR_PORT is not set; set it to a whole number\n.env.none is not there, and was left out',
    )
  })

  // Was wrong: no variable was found in it, and every default counted.
  test('a file in another encoding is told', () => {
    const text = '\ufeffHR_LOG_LEVEL=debug\n'
    for (const envFile of [
      writtenBytes('.env.16', Buffer.from(text, 'utf16le')),
      writtenBytes('.env.16-bare', Buffer.from(text.slice(1), 'utf16le')),
      writtenBytes('.env.latin', Buffer.from('HR_SERVER_NAME=gr\u00fc\u00df\n', 'latin1')),
    ]) {
      expect(mistakes(base, {}, { envFile })).toContain('is no text in UTF-8')
    }
  })

  test('a file of a secret in the real environment counts before a secret in .env', () => {
    const other = 'another secret that is long enough'
    const env = { HR_KEY_FILE: written('other', other) }
    expect(read({ key: secret() }, env, { envFile: file }).key.reveal()).toBe(other)
  })
})

describe('P-SET-1: what cannot be right is refused with a sentence', () => {
  const cases: readonly (readonly [string, unknown, unknown])[] = [
    ['takes an object of schemas, got a schema; write', z.object({ a: z.string() }), {}],
    ['takes an object of schemas such as { port: z.int() }, got null', null, {}],
    ['takes an object of schemas such as { port: z.int() }, got a list', [z.string()], {}],
    ['takes at least one setting', {}, {}],
    ['a must be a Standard Schema such as z.string(), or secret(), got text of', { a: 'x' }, {}],
    ['"a-b" cannot be a setting', { 'a-b': z.string() }, {}],
    ['"__proto__" cannot be a setting', JSON.parse('{"__proto__":1}'), {}],
    ['aB and a_b would both read HR_A_B', { aB: z.string(), a_b: z.string() }, {}],
    ['key and keyFile would both read HR_KEY_FILE', { key: secret(), keyFile: z.string() }, {}],
    ['envPrefix is undefined', { a: z.string() }, { envPrefix: undefined }],
    ['envPrefix must be upper-case words', { a: z.string() }, { envPrefix: 'hr' }],
    ['and not TREFOIL_', { a: z.string() }, { envPrefix: 'TREFOIL_' }],
    ["unknown option 'envFiles'; did you mean 'envFile'?", { a: z.string() }, { envFiles: '.env' }],
    ['envFile must be the path of a file', { a: z.string() }, { envFile: [''] }],
    ['envFile must be the path of a file', { a: z.string() }, { envFile: new URL('http://x') }],
    ['env must be an object of variables', { a: z.string() }, { env: 'x' }],
    ["env 'HR_A' must be text, got a number", { a: z.int().default(1) }, { env: { HR_A: 2 } }],
    [
      'its schema answers later',
      { a: z.string().refine(async () => true) },
      { env: { HR_A: 'x' } },
    ],
    [
      'its schema answers later',
      { a: later(() => Promise.reject(new Error(SECRET))) },
      { env: { HR_A: 'x' } },
    ],
    ['the fields cannot be read', throwing(), {}],
    ['the fields cannot be read', unreadable(), {}],
    ['a cannot be read', { a: unreadable() }, {}],
  ]

  test.each(cases)('%s', (text, fields, options) => {
    expect(() =>
      defineSettings(fields as SettingFields, {
        envPrefix: 'HR_',
        env: {},
        ...(options as object),
      }),
    ).toThrow(text)
  })

  test('options of secret()', () => {
    expect(() => secret({ minBytes: 0 })).toThrow('secret(): minBytes must be a whole number')
    expect(() => secret({ minbytes: 3 } as object)).toThrow("did you mean 'minBytes'?")
    expect(() => secret({ optional: 'yes' } as object)).toThrow('secret(): optional must be')
  })
})

function later(validate: () => Promise<never>) {
  return { '~standard': { version: 1, vendor: 'x', validate } } as const
}

function throwing(): object {
  return new Proxy(
    {},
    {
      ownKeys() {
        throw new Error('no')
      },
    },
  )
}

function unreadable(): object {
  return new Proxy(
    {},
    {
      get() {
        throw new Error('no')
      },
    },
  )
}
