// FND-33: the cause of a failure is in the log, with the default logger, with pino, and with a
// console; no caller's field stands in the place of a fixed one; no caller's text moves a terminal.
// Every logger runs in a process of its own: what counts is what stands on its standard error.
import { describe, expect, test } from 'vitest'
import { type Json, type Ran, runModule } from './surfaces.ts'

const LOGGERS = {
  default: '',
  pino: "import pino from 'pino'\nconst logger = pino({ level: 'debug' }, pino.destination({ dest: 2, sync: true }))",
  console: 'const logger = console',
} as const
type LoggerName = keyof typeof LOGGERS
// The keys of the table above.
const NAMES = Object.keys(LOGGERS) as LoggerName[]

/** An app with the named logger, a caller `ann`, and `call(path, init)` that reads the answer. */
function program(name: LoggerName, body: string): string {
  return `
    import { AuthContext } from 'trefoil/auth'
    import { createApp, dependency, HttpError, stream } from 'trefoil'
    import { guard } from 'trefoil/auth'
    import { z } from 'zod'
    ${LOGGERS[name]}
    const cause = new Error('the cause of it')
    const failure = () => new Error('no row of ann', { cause })
    // A header cannot carry what a subject may hold.
    const subjectOf = (token) =>
      token.startsWith('hex') ? Buffer.from(token.slice(3), 'hex').toString() : token
    const authenticate = (r) => {
      if (r.bearer === 'crash') throw failure()
      return r.bearer === null ? null : new AuthContext({ subject: subjectOf(r.bearer) })
    }
    const app = createApp({
      name: 'fnd-33',
      env: {},
      ${name === 'default' ? '' : 'log: { logger },'}
      auth: [{ authenticate, surfaces: ['api', 'mcp', 'cli'] }],
      approval: () => { throw failure() },
    })
    const call = async (path, { token = 'ann', ...init } = {}) => {
      const headers = { authorization: 'Bearer ' + token, ...init.headers }
      const response = await app.fetch(new Request('http://localhost' + path, { ...init, headers }))
      await response.text().catch(() => {})
    }
    ${body}
    await app.shutdown()
    // A console may write later than it is told to.
    await new Promise((resolve) => process.stderr.write('', resolve))
  `
}

/** Everything printed; the console's informational lines are on standard output. */
const printed = ({ out, err }: Ran): string => out + err

describe('FND-33: the cause of a failure is printed', () => {
  const failures: Readonly<Record<string, string>> = {
    'of a handler': "app.get('/x', {}, () => { throw failure() }); await call('/x')",
    'of an async handler': "app.get('/x', {}, async () => { throw failure() }); await call('/x')",
    'of background work': `
      const done = Promise.withResolvers()
      app.get('/x', {}, (_, c) => { c.background(async () => { done.resolve(); throw failure() }) })
      await call('/x'); await done.promise`,
    'of an authenticator': "app.get('/x', {}, () => 1); await call('/x', { token: 'crash' })",
    'of a dependency': `
      const db = dependency(() => { throw failure() }, { name: 'db' })
      app.get('/x', { params: { db } }, () => 1); await call('/x')`,
    'of a closing': `
      const db = dependency(async function* () { yield 1; throw failure() }, { name: 'db' })
      app.get('/x', { params: { db } }, () => 1); await call('/x')`,
    'of a stream': `
      app.get('/x', {}, () => stream((async function* () { yield 'a'; throw failure() })()))
      await call('/x')`,
    'behind a Problem': `
      app.get('/x', {}, () => { throw new HttpError(409, 'taken', { cause: failure() }) })
      await call('/x')`,
    'of a guard': `
      const g = guard({ name: 'G', check: () => { throw failure() } })
      app.get('/x', { guards: [g] }, () => 1); await call('/x')`,
    'of an approval hook': `
      app.post('/x', { needsApproval: ['api'] }, () => 1)
      await call('/x', { method: 'POST', headers: { 'approval-token': 'x' } })`,
    'of a line of one’s own': `
      app.get('/x', {}, (_, c) => { c.log.error({ error: failure() }, 'mine') }); await call('/x')`,
  }
  describe.each(NAMES)('with the %s logger', (name) => {
    test.each(Object.keys(failures))('%s', async (what) => {
      const ran = await runModule(program(name, failures[what] ?? ''))
      const text = printed(ran)
      expect({
        code: ran.code,
        message: text.includes('no row of ann'),
        cause: text.includes('the cause of it'),
        stack: /at .*eval/.test(text),
      }).toEqual({ code: 0, message: true, cause: true, stack: true })
    })
  })
})

/** Fixed names of each logger's lines. */
const FIXED: Readonly<Record<'default' | 'pino', readonly string[]>> = {
  default: ['time', 'level', 'message', 'request_id', 'action', 'subject'],
  pino: ['time', 'level', 'msg', 'pid', 'hostname', 'request_id', 'action', 'subject'],
}

describe('FND-33: a caller’s field does not stand in the place of a fixed one', () => {
  const forge = (member: string, level: string) => `
    app.get('/x', { name: 'x' }, (_, c) => {
      c.log.${level}({ ${JSON.stringify(member)}: 'forged' }, 'the real message')
    })
    await call('/x')`
  describe.each(['default', 'pino'] as const)('with the %s logger', (name) => {
    test.each(FIXED[name])('%s', async (member) => {
      for (const level of ['info', 'error']) {
        const ran = await runModule(program(name, forge(member, level)))
        const line = lineWith(ran, 'the real message')
        const names = [...line.matchAll(/"([a-z_]+)":/g)].map(([, found]) => found)
        // A reader of lines takes the first or the last of two; neither may be the caller's.
        expect(names.filter((found) => found === member).length).toBeLessThanOrEqual(1)
        // Lines are JSON, one a line.
        const document = JSON.parse(line) as Json
        expect(document[member]).not.toBe('forged')
        expect([document['message'], document['msg']]).toContain('the real message')
        expect(Object.values(document)).toContain('forged')
      }
    })
  })

  test('nor does an error that carries such names', async () => {
    const ran = await runModule(
      program(
        'default',
        `app.get('/x', { name: 'x' }, () => {
          throw Object.assign(failure(), { level: 'forged', time: 'forged', request_id: 'forged' })
        })
        await call('/x')`,
      ),
    )
    // Lines are JSON, one a line.
    const document = JSON.parse(lineWith(ran, 'no row of ann')) as Json
    const fixed = FIXED.default.map((member) => document[member])
    expect(fixed).not.toContain('forged')
  })
})

function lineWith(ran: Ran, text: string): string {
  const line = printed(ran)
    .split('\n')
    .find((candidate) => candidate.includes(text))
  if (line === undefined) throw new Error(`no line says '${text}': ${printed(ran).slice(0, 400)}`)
  return line
}

describe('FND-33: nothing a caller wrote moves a terminal', () => {
  // CSI as one character, a bidi override and an isolate, a line and a paragraph separator, DEL.
  const hostile = ['\u009b', '\u202e', '\u2066', '\u2028', '\u2029', '\u007f', '\u001b', '\u0085']
  const text = JSON.stringify(`ann${hostile.join('x')}`)
  const ways: Readonly<Record<string, string>> = {
    'in the message of an error': `app.get('/x', {}, () => { throw new Error(${text}) }); await call('/x')`,
    'in a message': `app.get('/x', {}, (_, c) => { c.log.warn({}, ${text}) }); await call('/x')`,
    'in a field': `app.get('/x', {}, (_, c) => { c.log.warn({ a: ${text} }, 'm') }); await call('/x')`,
    'in the name of a field': `app.get('/x', {}, (_, c) => { c.log.warn({ [${text}]: 1 }, 'm') }); await call('/x')`,
    'deep in a field': `app.get('/x', {}, (_, c) => { c.log.warn({ a: [{ b: ${text} }] }, 'm') }); await call('/x')`,
    'in a cause': `app.get('/x', {}, () => { throw new Error('x', { cause: new Error(${text}) }) }); await call('/x')`,
    'in background work': `
      const done = Promise.withResolvers()
      app.get('/x', {}, (_, c) => { c.background(() => { done.resolve(); throw new Error(${text}) }) })
      await call('/x'); await done.promise`,
    'in a subject': `
      app.get('/x', {}, (_, c) => { c.log.warn({}, 'm'); throw new Error(c.auth.subject) })
      await call('/x', { token: 'hex' + Buffer.from(${text}).toString('hex') })`,
  }
  test.each(Object.keys(ways))('%s', async (what) => {
    const ran = await runModule(program('default', ways[what] ?? ''))
    expect(ran.code).toBe(0)
    expect(ran.err).toContain('ann')
    const raw = hostile.filter((character) => ran.err.includes(character))
    expect(raw.map((character) => character.codePointAt(0)?.toString(16))).toEqual([])
    for (const line of ran.err.trim().split('\n')) expect(() => JSON.parse(line)).not.toThrow()
  })
})
