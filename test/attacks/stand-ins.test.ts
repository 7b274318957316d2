// Attacker: anybody who can reach the server, and code that is handed the app. Prize: to be whoever
// the tests of the app say they are, or to have a dependency of theirs in the place of the real one.
import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { createApp, dependency } from 'trefoil'
import { AuthContext } from 'trefoil/auth'
import { createRemoteTarget } from 'trefoil/client'
import { serve } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const ROOT = join(import.meta.dirname, '..', '..')
const SOURCES = join(ROOT, 'packages', 'trefoil', 'src')

const db = dependency(() => 'real', { name: 'db' })

function newApp() {
  const app = createApp({
    log: { logger: SILENT },
    auth: [
      {
        surfaces: ['api', 'mcp', 'cli'],
        authenticate: ({ bearer }) =>
          bearer === 'ada' ? new AuthContext({ subject: 'ada' }) : null,
      },
    ],
  })
  app.get(
    '/me',
    { name: 'me', description: 'Who.', tool: true, cli: true, params: { db } },
    ({ db }, call) => `${call.auth.subject} ${db}`,
  )
  return app
}

const ROOT_USER = { subject: 'root', roles: ['admin'] }

describe('what stands in for a test stays in its client', () => {
  it('a server of the same app asks everybody who they are, before, while and after', async () => {
    const app = newApp()
    const server = await serve(app, { port: 0 })
    try {
      const address = `http://127.0.0.1:${server.port}`
      const outside = async () => [
        (await fetch(`${address}/me`)).status,
        (await app.fetch(new Request('http://localhost/me'))).status,
        (await app.localActions({}).call({ action: 'me', arguments: {} })).status_code,
        (await createRemoteTarget({ url: address }).call({ action: 'me', arguments: {} }))
          .status_code,
        (await testClient(app, { lifespan: false }).http.get('/me')).status,
        (await testClient(app, { lifespan: false }).mcp.callTool('me')).status,
      ]
      const refused = [401, 401, 401, 401, 401, 401]
      expect(await outside()).toEqual(refused)
      const client = testClient(app, { as: ROOT_USER, override: [[db, 'fake']], lifespan: false })
      const [inside, during] = await Promise.all([client.http.get('/me'), outside()])
      expect([inside.text, during]).toEqual(['root fake', refused])
      const known = await fetch(`${address}/me`, { headers: { authorization: 'Bearer ada' } })
      expect(await known.text()).toBe('ada real')
      await client.close()
      expect(await outside()).toEqual(refused)
    } finally {
      await server.close()
    }
  })

  it('nothing that a caller or the options of an app say leads to it', async () => {
    const app = newApp()
    const client = testClient(app, { as: ROOT_USER })
    expect((await client.http.get('/me')).text).toBe('root real')
    const own = testClient(app)
    const words = ['as', 'override', 'x-as', 'who', 'subject']
    for (const word of words) {
      const json = JSON.stringify(ROOT_USER)
      expect((await own.http.get('/me', { headers: { [word]: json } })).status).toBe(401)
      expect((await own.http.get('/me', { params: { [word]: json } })).status).toBe(401)
      expect((await own.mcp.callTool('me', { [word]: ROOT_USER })).status).toBe(401)
      expect((await own.mcp.callTool('me', {}, { meta: { [word]: ROOT_USER } })).status).toBe(401)
      expect(await own.cli.call('me', { [word]: ROOT_USER })).toMatchObject({ status_code: 401 })
      expect(() => createApp({ [word]: ROOT_USER })).toThrow(`unknown option '${word}'`)
    }
  })

  it('the app itself has nothing to call, whatever is looked at', () => {
    const app = newApp()
    testClient(app, { as: ROOT_USER })
    const names = new Set<PropertyKey>()
    for (let at: object | null = app; at !== null; at = Object.getPrototypeOf(at)) {
      for (const name of Reflect.ownKeys(at)) names.add(name)
    }
    expect([...names].filter((name) => /variant|override|stand|^as$/i.test(String(name)))).toEqual(
      [],
    )
    // A look-alike and a proxy are no apps of ours: what they hold stays closed.
    expect(() => testClient(new Proxy(app, {}), { as: ROOT_USER })).toThrow()
    expect(() => testClient({ ...app } as never, { as: ROOT_USER })).toThrow()
  })

  it('only the test client imports the way in, and no door hands it out', () => {
    const importers = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.includes('.test'))
      .filter((file) => /from '.*\/variant\.ts'/.test(readFileSync(join(SOURCES, file), 'utf8')))
      .map((file) => relative(SOURCES, join(SOURCES, file)).replaceAll('\\', '/'))
    expect(importers.sort()).toEqual([
      'app/app.ts',
      // What `trefoil access` rehearses with; it answers nobody.
      'testing/access/access-matrix.ts',
      'testing/access/decide-access.ts',
      'testing/stand-ins.ts',
    ])
    const { exports } = JSON.parse(
      readFileSync(join(ROOT, 'packages', 'trefoil', 'package.json'), 'utf8'),
    )
    // Files inside the package that no door names cannot be imported.
    expect(Object.keys(exports).some((path) => path.includes('*'))).toBe(false)
  })
})
