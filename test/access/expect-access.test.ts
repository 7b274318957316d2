import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, ImproperlyConfigured } from 'trefoil'
import { AuthContext, type Guard, guard, hasRole, jwtAuth } from 'trefoil/auth'
import { accessMatrix, createToken, expectAccess } from 'trefoil/testing'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trefoil-access-'))
})
afterAll(() => rm(directory, { recursive: true }))

function appWith(guards: readonly Guard[], surfaces: readonly ('api' | 'mcp' | 'cli')[]) {
  const app = createApp({
    name: 'small',
    agentWrites: 'allow',
    auth: [
      { name: 'own', authenticate: (_request) => new AuthContext({ subject: 'ada' }), surfaces },
    ],
  })
  app.delete('/a', { name: 'wipe', description: 'Wipe.', guards, tool: true, cli: true }, () => 1)
  return app
}

const ALL = ['api', 'mcp', 'cli'] as const
const admin = {
  name: 'admin',
  as: { subject: 'root', roles: ['admin'], claims: { secret: 's3cret' } },
}

test('SURF-1: a change of access that nobody agreed to fails, and says what it is', async () => {
  const file = join(directory, 'access.json')
  const guarded = () => appWith([hasRole('admin')], ALL)
  await expect(expectAccess(guarded(), file)).rejects.toThrow(/does not exist; write it with/)
  await expectAccess(guarded(), file, { principals: [admin], update: true })
  const text = await readFile(file, 'utf8')
  expect(text).not.toContain('s3cret')
  // The principals of the file are those of the next run, and the text is the same again.
  await expectAccess(guarded(), file)
  await expectAccess(guarded(), file, { update: true })
  expect(await readFile(file, 'utf8')).toBe(text)
  await expect(expectAccess(appWith([], ALL), file)).rejects.toThrow(
    'wipe on api for agent: was 403 HasRole, hidden, is allowed',
  )
  await expect(
    expectAccess(appWith([hasRole('admin', 'boss')], ALL), file),
  ).resolves.toBeUndefined()
})

test('PW-39: a surface without an authenticator stands out in the matrix', async () => {
  const { cells, authenticators } = await accessMatrix(appWith([], ['api', 'cli']))
  expect(authenticators).toEqual({ api: 'own', mcp: null, cli: 'own' })
  const anonymous = cells.filter(({ principal }) => principal === 'anonymous')
  expect(anonymous.map(({ surface, decision }) => [surface, decision])).toEqual([
    ['api', '401'],
    ['mcp', 'allowed'],
    ['cli', '401'],
  ])
  const file = join(directory, 'open.json')
  await expectAccess(appWith([], ['api', 'cli']), file, { update: true })
  expect(await readFile(file, 'utf8')).toContain('(mcp has no authenticator)')
})

test('SW-27: a caller of another tenant is a column of its own; expired and foreign tokens are refused', async () => {
  const { cells } = await accessMatrix(appWith([], ALL))
  const rules = new Map(cells.map(({ principal, decision, rule }) => [principal, [decision, rule]]))
  expect(rules.get('expired')).toEqual(['401', 'expired'])
  expect(rules.get('wrong audience')).toEqual(['401', 'wrong_audience'])
  expect(rules.get('wrong tenant')).toEqual(['allowed', null])
})

test('SURF-1: a principal with a token is judged by the app itself, and the token stays out of the file', async () => {
  const keys = 'a secret of more than thirty-two bytes'
  const app = createApp({
    name: 'jwt',
    agentWrites: 'allow',
    auth: [{ authenticate: jwtAuth({ keys, issuer: 'i', audience: 'orders' }), surfaces: ['api'] }],
  })
  app.get('/a', { name: 'a', guards: [hasRole('admin')] }, () => 1)
  const of = (audience: string) =>
    createToken({ subject: 'ada', keys, issuer: 'i', audience, roles: ['admin'] })
  const [good, foreign] = [await of('orders'), await of('bank')]
  const principals = [
    { name: 'good', token: good },
    { name: 'foreign', token: foreign },
  ]
  const { cells } = await accessMatrix(app, { principals })
  const met = cells.filter(({ principal }) => principal === 'good' || principal === 'foreign')
  expect(met.map(({ decision, rule }) => [decision, rule])).toEqual([
    ['allowed', null],
    ['401', 'wrong_audience'],
  ])
  const file = join(directory, 'tokens.json')
  await expectAccess(app, file, { principals, update: true })
  expect(await readFile(file, 'utf8')).not.toContain(good)
  await expect(expectAccess(app, file)).rejects.toThrow(/which only a test can hand over/)
})

test('AUTHZ-1: look-alike and hostile principals and files are refused with a sentence', async () => {
  const app = appWith([], ALL)
  const given = (principals: unknown) => accessMatrix(app, { principals: principals as never })
  for (const bad of [
    7,
    [null],
    [{ name: '' }],
    [{ name: 'x' }],
    [{ name: 'x', as: {}, token: 't' }],
    [{ name: 'x', token: 'a\r\nb: c' }],
    [{ name: 'person', as: { subject: 'p' } }],
    [{ name: 'x', as: 7 }],
    [{ name: 'x', as: { subject: 'p' }, role: 'admin' }],
  ]) {
    await expect(given(bad), JSON.stringify(bad)).rejects.toThrow(ImproperlyConfigured)
  }
  await expect(accessMatrix({} as never)).rejects.toThrow(ImproperlyConfigured)
  const proto = await given([{ name: '__proto__', as: { subject: 'p' } }])
  expect(Object.keys(proto.given)).toEqual(['__proto__'])
  const file = join(directory, 'bad.json')
  for (const text of [
    '',
    '[]',
    '{"format":"trefoil-access/1"}',
    '{"format":"trefoil-access/1","actions":[],"principals":{}}',
  ]) {
    await writeFile(file, text)
    await expect(expectAccess(app, file), text).rejects.toThrow(ImproperlyConfigured)
  }
})

test('SURF-1: a guard that never settles ends the table with its action, and holds up no build', async () => {
  vi.useFakeTimers()
  try {
    const app = createApp({
      env: {},
      log: { level: 'silent' },
      auth: [{ authenticate: (_request) => null, surfaces: ['api'] }],
    })
    const stuck = guard({ name: 'Stuck', check: () => new Promise<boolean>(() => {}) })
    app.get('/a', { name: 'stuck', guards: [stuck] }, () => 1)
    const ended = accessMatrix(app).then(
      () => 'a table',
      (error: unknown) => String(error),
    )
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await ended).toMatch(
      /ImproperlyConfigured: Nobody can tell whether '.+' may call 'stuck' over 'api': .* within 5s/,
    )
  } finally {
    vi.useRealTimers()
  }
})
