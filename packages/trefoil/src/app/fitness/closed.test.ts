import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { definePart } from '../../parts.ts'
import { hasRole } from '../../policy/guards/roles-and-scopes.ts'
import { createApp } from '../create-app.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const base = { env: {}, log: { logger: silent }, requireAuth: true } as const
const known = (...surfaces: ('api' | 'mcp' | 'cli')[]) => [
  { authenticate: (_request: unknown) => new AuthContext({ subject: 'a' }), surfaces },
]
const about = { description: 'd', tool: true, cli: true } as const

/** What stops the start; `null` for nothing. */
async function stop(app: { startup(): Promise<void> }): Promise<string | null> {
  try {
    await app.startup()
    return null
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

describe('PW-39, P-REQ-1, SURF-2: requireAuth', () => {
  test('stops at a surface that nobody covers, and names its actions', async () => {
    const app = createApp({ ...base, auth: known('api') })
    app.get('/b', { ...about, name: 'b' }, () => 1)
    app.tool('a', { description: 'd' }, () => 1)
    expect(await stop(app)).toBe(
      [
        'The app cannot start:',
        "- requireAuth: no AuthConfig covers the 'mcp' surface, so anybody can call 'a', 'b'. Cover it in auth, or list it in publicSurfaces",
        "- requireAuth: no AuthConfig covers the 'cli' surface, so anybody can call 'b'. Cover it in auth, or list it in publicSurfaces",
      ].join('\n'),
    )
  })

  test('stops at an action that is public, and says what to write', async () => {
    const app = createApp({ ...base, auth: known('api', 'mcp', 'cli') })
    app.get('/health', { public: true }, () => 1)
    app.get('/b', { ...about, name: 'b', public: ['api', 'mcp'] }, () => 1)
    app.get('/c', () => 1)
    expect(await stop(app)).toBe(
      [
        'The app cannot start:',
        "- requireAuth: 'GET /health' is public on 'api', so anybody can call it. Take public away, or name it: publicActions: ['GET /health']",
        "- requireAuth: 'b' is public on 'api', 'mcp', so anybody can call it. Take public away, or name it: publicActions: ['b']",
      ].join('\n'),
    )
  })

  test('starts when what is open is named', async () => {
    const app = createApp({
      ...base,
      auth: known('api'),
      publicSurfaces: ['mcp'],
      publicActions: ['GET /health', 'ping'],
    })
    app.get('/health', { public: true }, () => 1)
    app.tool('open', { description: 'd' }, () => 1)
    // Named by itself, on a surface with nothing else.
    app.action('ping', { description: 'd', cli: true, public: true }, () => 1)
    app.get('/c', () => 1)
    expect(await stop(app)).toBeNull()
  })

  test('PW-39: actions and endpoints of parts are no way round it', async () => {
    const part = definePart({
      name: 'extra',
      actions: (routes) => {
        routes.get('/extra', { name: 'extra', public: true }, () => 1)
      },
      endpoints: [{ method: 'GET', path: '/end', public: true, handle: () => 1 }],
    })
    const app = createApp({ ...base, auth: known('api'), parts: [part] })
    const said = await stop(app)
    expect(said).toContain("'extra' is public on 'api'")
    expect(said).toContain("'GET /end' is public on 'api'")
  })

  test('an action that is only named is not open, and a name of nothing is left over', async () => {
    const app = createApp({ ...base, auth: known('api'), publicActions: ['GET /x', 'gone'] })
    app.get('/x', () => 1)
    expect(await stop(app)).toBe(
      [
        'The app cannot start:',
        "- publicActions names 'GET /x', which is no action that is public; take it out",
        "- publicActions names 'gone', which is no action that is public; take it out",
      ].join('\n'),
    )
    const uncovered = createApp({ ...base, publicActions: ['t'], auth: known('api') })
    uncovered.tool('t', { description: 'd' }, () => 1)
    expect(await stop(uncovered)).toContain("so anybody can call 't'")
  })

  test('whichever way it is first used', async () => {
    const make = () => {
      const app = createApp(base)
      app.get('/x', () => 1)
      return app
    }
    await expect(async () => make().fetch(new Request('http://localhost/x'))).rejects.toThrow(
      'requireAuth',
    )
    expect(() => make().localActions({})).toThrow('requireAuth')
    expect(() => make().validateProduction()).toThrow('requireAuth')
    expect(() => make().catalogue).toThrow('requireAuth')
  })

  test('publicActions without it would look like a list of all that is open', async () => {
    const app = createApp({ ...base, requireAuth: false, publicActions: ['x'] })
    expect(await stop(app)).toContain('publicActions is for requireAuth: true')
  })

  test.each([
    [{ requireAuth: 'yes' }, 'requireAuth must be true or false'],
    [{ publicActions: 'x' }, 'publicActions must be a list'],
    [{ publicActions: [''] }, 'publicActions cannot contain empty values'],
    [{ guards: hasRole('a') }, 'guards must be a list such as'],
    [{ guards: ['admin'] }, 'guards: a guard such as'],
    [{ guards: [() => true] }, 'guards: a guard such as'],
    [{ verboseDenials: 0 }, 'verboseDenials must be true or false'],
  ])('%o is refused', (options, message) => {
    expect(() => createApp({ env: {}, ...options } as never)).toThrow(message)
  })
})

describe('PW-04: guards of the whole app', () => {
  test('stop the start where nobody is ever authenticated', async () => {
    const app = createApp({
      ...base,
      requireAuth: false,
      auth: known('api'),
      publicSurfaces: ['mcp'],
      guards: [hasRole('member')],
    })
    app.tool('t', { description: 'd' }, () => 1)
    app.tool('open', { description: 'd', public: true }, () => 1)
    expect(await stop(app)).toBe(
      "createApp() has guards but callers on 'mcp' are never authenticated: no AuthConfig covers it. Cover it, or mark as public: 't'",
    )
  })

  test('P-RTR-2: stand before those of groups and actions', async () => {
    const app = createApp({
      ...base,
      auth: known('api'),
      guards: [hasRole('member')],
      publicActions: ['GET /open'],
    })
    const group = app.group('/g', { guards: [hasRole('staff')] })
    group.get('/x', { guards: [hasRole('admin')] }, () => 1)
    app.get('/open', { public: true }, () => 'open')
    const text = async (path: string) =>
      (await app.fetch(new Request(`http://localhost${path}`))).text()
    expect(await text('/g/x')).toContain('Requires any of roles [member]')
    expect(await text('/open')).toBe('open')
  })
})

describe('P-REQ-2, P-REQ-3: guards and roles', () => {
  test('roles stand behind the guards of the same place, and both want somebody known', async () => {
    const app = createApp({
      ...base,
      auth: [
        {
          authenticate: ({ bearer }) =>
            bearer === null ? null : new AuthContext({ subject: 'a', roles: bearer.split('.') }),
          surfaces: ['api'],
        },
      ],
    })
    app.get('/x', { roles: ['second'], guards: [hasRole('first')] }, () => 'x')
    const ask = async (token?: string) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` }
      const answer = await app.fetch(new Request('http://localhost/x', { headers }))
      return /any of roles \[\w+\]/.exec(await answer.text())?.[0] ?? answer.status
    }
    expect(await ask()).toBe(401)
    expect(await ask('none')).toBe('any of roles [first]')
    expect(await ask('second')).toBe('any of roles [first]')
    expect(await ask('first')).toBe('any of roles [second]')
    expect(await ask('first.second')).toBe(200)
  })
})
