// FND-29: all three formats of a date count in conditions; JSON that is refused says why, in the text
// and in the advice, on every surface that reads JSON; and its limits are options.
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { createApp } from 'trefoil'
import { sendFile } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ALL, ENV, membersOf, on } from './surfaces.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

describe('FND-29: dates of RFC 9110 §5.6.7 in conditions', () => {
  const CHANGED = Date.UTC(1994, 10, 6, 8, 49, 37)
  const SAME = [
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ]
  const BEFORE = [
    'Sat, 05 Nov 1994 08:49:37 GMT',
    'Saturday, 05-Nov-94 08:49:37 GMT',
    'Sat Nov  5 08:49:37 1994',
  ]
  // The last one is no date in a century, and none of them counts.
  const NONE = ['yesterday', '1994-11-06T08:49:37Z', 'Sun, 31 Feb 1994 08:49:37 GMT', '784111777']
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'trefoil-dates-'))
    writeFileSync(join(folder, 'd.txt'), 'hello')
    utimesSync(join(folder, 'd.txt'), CHANGED / 1000, CHANGED / 1000)
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  async function ask(headers: Record<string, string>, now = Date.UTC(2026, 10, 29)) {
    const clock = { now: () => now, elapsed: () => 0 }
    const app = createApp({ env: ENV, log: { logger: quiet }, publicSurfaces: ALL, clock })
    app.get('/d', () => sendFile('d.txt', { root: folder, etag: false }))
    return (await app.fetch(new Request('http://localhost/d', { headers }))).status
  }

  test.each(SAME)('%s', async (date) => {
    expect(await ask({ 'if-modified-since': date })).toBe(304)
    expect(await ask({ 'if-unmodified-since': date })).toBe(200)
    expect(await ask({ range: 'bytes=0-1', 'if-range': date })).toBe(206)
  })

  test.each(BEFORE)('%s', async (date) => {
    expect(await ask({ 'if-modified-since': date })).toBe(200)
    expect(await ask({ 'if-unmodified-since': date })).toBe(412)
    expect(await ask({ range: 'bytes=0-1', 'if-range': date })).toBe(200)
  })

  test.each(NONE)('%s is no condition', async (date) => {
    expect(await ask({ 'if-modified-since': date })).toBe(200)
    expect(await ask({ 'if-unmodified-since': date })).toBe(200)
    expect(await ask({ range: 'bytes=0-1', 'if-range': date })).toBe(200)
  })

  test('the century of a year of two digits goes by the clock of the app', async () => {
    const date = 'Sunday, 06-Nov-94 08:49:37 GMT'
    expect(await ask({ 'if-unmodified-since': date }, Date.UTC(2026, 0, 1))).toBe(200)
    // In 2060 it is 2094: long after the file was changed.
    expect(await ask({ 'if-modified-since': date }, Date.UTC(2060, 0, 1))).toBe(304)
    expect(await ask({ range: 'bytes=0-1', 'if-range': date }, Date.UTC(2060, 0, 1))).toBe(200)
  })
})

const wide = (members: number) =>
  `{${Array.from({ length: members }, (_, index) => `"k${index}":0`).join()}}`
const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels)
const BOM = '\ufeff'

/** The value of the argument `v`, or the whole document with `@` for a good one. */
const REFUSED: readonly (readonly [name: string, sent: string, reason: string, fix: string])[] = [
  ['byte order mark', `${BOM}@`, 'it begins with a byte order mark', 'byte order mark'],
  ['depth', nested(40), 'nested deeper than 3', 'limits.jsonDepth'],
  ['width', wide(1001), 'an object with more than 1000 members', 'limits.jsonMembers'],
  ['duplicate key', '{"a":1,"a":2}', 'duplicate object key', 'once'],
  ['reserved key', '{"__proto__":{}}', 'the key "__proto__" is not accepted', 'another key'],
  ['another reserved key', '{"constructor":{}}', 'the key "constructor" is not', 'another key'],
  ['half a character', '"\\ud800"', 'text with a lone surrogate', 'pairs'],
  ['integer', '9007199254740993', 'an integer beyond 2^53-1', 'as text'],
  ['number', '1e400', 'a number too large to hold', 'as text'],
  ['trailing text', '@ 1', 'text after the document, at offset', 'exactly one'],
  ['no end', '"', 'it ends too early', 'exactly one'],
  ['a comma too many', '[1,]', 'an unexpected character, at offset', 'exactly one'],
  ['not UTF-8', '"\udcff"', 'not UTF-8', 'UTF-8'],
]

/** A lone `\udcff` stands for the byte 0xff. */
function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = Buffer.from(text.replaceAll('\udcff', '\u0001'))
  return new Uint8Array(bytes.map((byte) => (byte === 1 ? 0xff : byte)))
}

/** A surface's document round the arguments. */
const AROUND: Readonly<Record<string, readonly [path: string, around: string]>> = {
  http: ['/take', '@'],
  mcp: [
    '/mcp',
    '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"take","arguments":@}}',
  ],
  'cli-remote': ['/__trefoil__/actions/call', '{"action":"take","arguments":@}'],
}
const SURFACES = Object.keys(AROUND)

function makeApp(options: object = {}, seen: unknown[] = []) {
  const app = createApp({
    name: 'fnd-29',
    env: ENV,
    log: { logger: quiet },
    publicSurfaces: ALL,
    ...options,
  })
  app.post('/take', { ...on('take'), params: { v: z.any() } }, ({ v }) => {
    seen.push(v)
    return { taken: true }
  })
  return app
}

async function post(app: ReturnType<typeof makeApp>, surface: string, sent: string) {
  const [path, around] = AROUND[surface] ?? ['', '']
  const start = sent.startsWith(BOM) ? BOM : ''
  const bare = sent.slice(start.length)
  const isWhole = bare.startsWith('@')
  const whole = around.replace('@', () => `{"v":${isWhole ? '1' : bare}}`)
  const body = bytesOf(start + whole + (isWhole ? bare.slice(1) : ''))
  const headers = { 'content-type': 'application/json' }
  const response = await app.fetch(
    new Request(`http://localhost${path}`, { method: 'POST', headers, body }),
  )
  const document = membersOf(JSON.parse(await response.text()))
  const error = membersOf(document['error'])
  const told =
    surface === 'mcp' ? { ...membersOf(error['data']), message: error['message'] } : error
  const said = surface === 'http' ? { ...document, message: document['detail'] } : told
  return { status: response.status, ...membersOf(said) } as Readonly<Record<string, unknown>>
}

describe('FND-29: JSON that is refused says for what', () => {
  for (const surface of SURFACES) {
    test.each(REFUSED)(`${surface}: %s`, async (_, sent, reason, fix) => {
      const seen: unknown[] = []
      const answer = await post(makeApp({}, seen), surface, sent)
      expect(answer['status']).toBe(400)
      const prefix = surface === 'mcp' ? 'Parse error: ' : 'Malformed JSON body: '
      expect(answer['message']).toContain(prefix)
      expect(answer['message']).toContain(reason)
      expect(answer['fix']).toContain(fix)
      const [issue] = Array.isArray(answer['issues']) ? answer['issues'] : []
      expect(membersOf(issue)['message']).toContain(reason)
      expect(seen).toEqual([])
    })
  }

  test('the issue says where, inside the document that was sent', async () => {
    const at = async (surface: string, sent: string) => {
      const { issues } = (await post(makeApp(), surface, sent)) as {
        issues?: { pointer: string }[]
      }
      return issues?.[0]?.pointer
    }
    expect(await at('http', '{"a":[1,1e400]}')).toBe('/v/a/1')
    expect(await at('cli-remote', '{"a":[1,1e400]}')).toBe('/arguments/v/a/1')
    expect(await at('mcp', '{"a":[1,1e400]}')).toBe('/params/arguments/v/a/1')
    expect(await at('http', '{"a":{"b":1,"b":1}}')).toBe('/v/a/b')
    expect(await at('http', `[${wide(1001)}]`)).toBe('/v/0')
  })
})

describe('FND-29: the limits of JSON are options', () => {
  test.each(SURFACES)('%s: limits.jsonDepth, with the object of all arguments', async (surface) => {
    const options = { limits: { jsonDepth: 5 } }
    expect((await post(makeApp(options), surface, nested(4)))['status']).toBe(200)
    const refused = await post(makeApp(options), surface, nested(5))
    // What stands round the arguments is not counted, but told as a part of the document.
    expect(refused['status']).toBe(400)
    expect(refused['message']).toContain('nested deeper than')
    expect(
      (await post(makeApp({ limits: { jsonDepth: 128 } }), surface, nested(127)))['status'],
    ).toBe(200)
  })

  test.each(SURFACES)('%s: limits.jsonMembers', async (surface) => {
    const options = { limits: { jsonMembers: 2000 } }
    expect((await post(makeApp(options), surface, wide(2000)))['status']).toBe(200)
    const refused = await post(makeApp(options), surface, wide(2001))
    expect(refused['message']).toContain('an object with more than 2000 members')
  })

  test('variables stand in for them; a wrong one stops the start', async () => {
    const env = { TREFOIL_LIMITS_JSON_DEPTH: '2', TREFOIL_LIMITS_JSON_MEMBERS: '1' }
    expect((await post(makeApp({ env }), 'http', '[1]'))['status']).toBe(200)
    expect((await post(makeApp({ env }), 'http', '[[1]]'))['message']).toContain('than 2 levels')
    expect((await post(makeApp({ env }), 'http', wide(2)))['message']).toContain('than 1 members')
    expect(() => makeApp({ limits: { jsonDepth: 129 } })).toThrow(
      'limits.jsonDepth must be a whole number from 1 to 128',
    )
    expect(() => makeApp({ limits: { jsonDepth: 0 } })).toThrow(
      'limits.jsonDepth must be a whole number',
    )
    expect(() => makeApp({ limits: { jsonMembers: 1.5 } })).toThrow(
      'limits.jsonMembers must be a whole number',
    )
    expect(() => makeApp({ env: { TREFOIL_LIMITS_JSON_DEPTH: '900' } })).toThrow(
      'TREFOIL_LIMITS_JSON_DEPTH',
    )
  })

  test('arguments as deep as may be run through approval hashes and freezing', async () => {
    const app = makeApp({ limits: { jsonDepth: 128 } })
    const deep: unknown = JSON.parse(nested(127))
    const answer = await app.localActions({ headers: [] }).call({
      action: 'take',
      arguments: { v: deep },
      dry_run: true,
    })
    expect(answer).toMatchObject({ ok: true, dry_run: true })
  })
})

describe('FND-29: JSON flags of the program', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'trefoil-flags-'))
    writeFileSync(
      join(folder, 'app.mjs'),
      `
        import { createApp } from '${import.meta.resolve('trefoil')}'
        import { z } from '${import.meta.resolve('zod')}'
        const options = { env: {}, publicSurfaces: ['api', 'mcp', 'cli'] }
        export const app = createApp({ ...options, limits: { jsonDepth: 40, jsonMembers: 3 } })
        app.action('take', {
          description: 'Takes.',
          cli: true,
          params: { v: z.array(z.any()).optional(), o: z.looseObject({}).optional() },
        }, () => 'taken')
      `,
    )
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  const FLAGS: readonly (readonly [flag: string, text: string, said: string])[] = [
    ['--args-json', `{"v":${nested(39)}}`, 'taken'],
    ['--args-json', `{"v":${nested(40)}}`, 'nested deeper than 40 levels'],
    ['--args-json', `{"o":${wide(4)}}`, 'an object with more than 3 members'],
    ['--args-json', '{"v":[1e400]}', 'a number too large to hold'],
    ['--args-json', '{"v":[1]} x', 'text after the document, at offset 10'],
    ['--args-json', `${BOM}{}`, 'byte order mark'],
    ['--v', nested(39), 'taken'],
    ['--v', nested(40), 'nested deeper than 39 levels'],
    ['--o', wide(4), 'an object with more than 3 members'],
    ['--o', '{"a":1,"a":2}', 'duplicate object key'],
  ]

  test('each says its cause', async () => {
    const words = ['--app', `${join(folder, 'app.mjs')}#app`, 'call', 'take', '--json']
    const program = fileURLToPath(new URL('../../packages/trefoil/bin/trefoil.js', import.meta.url))
    const said = await Promise.all(
      FLAGS.map(([flag, text]) => output([program, ...words, flag, text])),
    )
    for (const [index, [flag, text, expected]] of FLAGS.entries()) {
      expect(said[index], `${flag} ${text}`).toContain(expected)
    }
  })
})

/** What a run of the program prints, whatever it ends with. */
function output(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, (_error, out, err) => resolve(out + err))
  })
}
