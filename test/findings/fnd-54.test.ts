// FND-54: whichever way an app is served, it says how open it is; and the list of stages is the
// order that runs, on every surface.

import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp, dependency, HttpError } from 'trefoil'
import { AuthContext, guard, hasScope, inputGuard } from 'trefoil/auth'
import { serve, toNodeHandler } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ask } from '../attacks/raw-connection.ts'
import { ALL, alike, ENV, everywhere, Lines, on } from './surfaces.ts'

/** An app that has something to say: two surfaces open, a parameter that makes approvals blurred. */
function open(more: object = {}) {
  const lines = new Lines()
  const options = { name: 'fnd-54', env: ENV, log: { logger: lines.logger }, ...more }
  const app = createApp(options)
  app.get('/x', { ...on('x') }, () => 1)
  return { app, lines }
}

const request = () => new Request('http://localhost/x')
const warnings = (lines: Lines) => lines.at('warn').filter(({ fields }) => 'surface' in fields)

type Way = (app: ReturnType<typeof open>['app']) => Promise<unknown>
const WAYS: Readonly<Record<string, Way>> = {
  'app.fetch': async (app) => {
    await (await app.fetch(request())).text()
    await (await app.fetch(request())).text()
  },
  'app.fetch, many at once': (app) => Promise.all([1, 2, 3].map(() => app.fetch(request()))),
  'app.fetch after start-up': async (app) => {
    await app.startup()
    await app.fetch(request())
  },
  'app.fetch before start-up': async (app) => {
    await app.fetch(request())
    await app.startup()
  },
  'toNodeHandler()': async (app) => {
    const server = createServer(toNodeHandler(app)).listen(0, '127.0.0.1')
    await new Promise((resolve) => server.once('listening', resolve))
    // A listening TCP server has an address with a port.
    const { port } = server.address() as AddressInfo
    await ask(port, 'GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await ask(port, 'GET /x HTTP/1.1\r\nHost: localhost\r\n\r\n')
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  },
  'serve()': async (app) => {
    const server = await serve(app, { port: 0, signals: false })
    await (await fetch(`${server.url}/x`)).text()
    await server.close()
  },
  'testClient() without a life span': async (app) => {
    const client = testClient(app, { lifespan: false })
    await client.http.get('/x')
    await client.close()
  },
}

describe('FND-54: an app says how open it is, once', () => {
  test.each(Object.keys(WAYS))('by %s', async (name) => {
    const { app, lines } = open()
    await WAYS[name]?.(app)
    expect(
      warnings(lines)
        .map(({ fields }) => fields['surface'])
        .sort(),
    ).toEqual([...ALL].sort())
  })

  test.each(Object.keys(WAYS))('and nothing when it is meant to be, by %s', async (name) => {
    const { app, lines } = open({ publicSurfaces: ALL })
    await WAYS[name]?.(app)
    expect(warnings(lines)).toEqual([])
  })

  test('and what else start-up would say: variables nobody reads', async () => {
    const { app, lines } = open({ publicSurfaces: ALL, env: { TREFOIL_ALLOWED_HOST: 'x' } })
    await app.fetch(request())
    const said = lines.at('warn').filter(({ message }) => message.includes('TREFOIL_ALLOWED_HOST'))
    expect(said).toHaveLength(1)
  })
})

describe('FND-54: the list is the order that runs', () => {
  /** Every hook of the developer's, in the order of the list. */
  const ORDER = [
    'identify',
    'identify: onAuthenticated',
    'guards',
    'bind',
    'guards-with-input',
    'approval',
    'execute',
    'answer',
    'close',
  ]
  const build = () => {
    const trace: string[] = []
    const step = (name: string) => {
      if (trace.at(-1) !== name) trace.push(name)
    }
    const app = createApp({
      name: 'fnd-54',
      env: ENV,
      log: { logger: new Lines().logger },
      auth: [
        {
          authenticate: async (_request) => {
            step('identify')
            return new AuthContext({ subject: 'ann' })
          },
          onAuthenticated: () => {
            step('identify: onAuthenticated')
            return undefined
          },
          surfaces: ALL,
        },
      ],
      approval: () => {
        step('approval')
        return true
      },
    })
    const passing = (name: string, needsInput: boolean) =>
      (needsInput ? inputGuard : guard)({
        name: 'Passing',
        check: async () => {
          step(name)
          return true
        },
      })
    const db = dependency(
      async function* () {
        step('execute')
        yield {}
        step('close')
      },
      { name: 'db' },
    )
    app.use(async (_, next) => {
      step('execute')
      return next()
    })
    const checked = z.string().refine(() => {
      step('bind')
      return true
    })
    const returns = z.object({
      fine: z.boolean().refine(() => {
        step('answer')
        return true
      }),
    })
    const guards = [passing('guards-with-input', true), passing('guards', false)]
    app.post(
      '/work',
      { ...on('work'), guards, needsApproval: ALL, params: { a: checked, db }, returns },
      () => {
        step('execute')
        return { fine: true }
      },
    )
    return { app, trace }
  }

  test('for a call that goes through', async () => {
    const seen = await everywhere(build, async (surface, { trace }) => {
      await surface.call('work', { a: 'a' }, { approval: 'granted' })
      return trace
    })
    expect(seen).toEqual(alike(ORDER))
  })

  /** Rows of the table in docs/lifecycle.md: name, and the codes it can end a call with. */
  async function rows(): Promise<
    readonly (readonly [name: string, problems: readonly string[]])[]
  > {
    const text = await readFile(new URL('../../docs/lifecycle.md', import.meta.url), 'utf8')
    return [...text.matchAll(/^\| \d+ +\| `([a-z-]+)`.*\|([^|]*)\|$/gm)].map(([, name, codes]) => [
      name ?? '',
      [...(codes ?? '').matchAll(/`(\w+)`/g)].map(([, code]) => code ?? ''),
    ])
  }

  test('the documented list has the rows of the house, in their order', async () => {
    const names = (await rows()).map(([name]) => name)
    const wanted = ['receive', 'edge', 'preflight', 'find', 'browser', 'identify', 'guards', 'bind']
    const late = [
      'guards-with-input',
      'approval',
      'execute',
      'answer',
      'settle',
      'close',
      'encode',
      'record',
    ]
    expect(names.filter((name) => [...wanted, ...late].includes(name))).toEqual([
      ...wanted,
      ...late,
    ])
  })

  test('a request that is wrong in every way is refused by the first row, then by the next', async () => {
    const app = createApp({
      name: 'fnd-54',
      env: ENV,
      log: { logger: new Lines().logger },
      auth: [
        {
          authenticate: ({ bearer }) =>
            bearer === null ? null : new AuthContext({ subject: 'ann', scopes: [bearer] }),
          surfaces: ALL,
        },
      ],
      approval: ({ token }) => token === 'granted',
    })
    const late = inputGuard({
      name: 'Late',
      check: (_, { args }) => args['a'] === 'b',
    })
    app.post(
      '/work',
      { guards: [hasScope('pay'), late], params: { a: z.string() }, needsApproval: ['api'] },
      () => {
        throw new HttpError(418, 'ran')
      },
    )
    const foreign = {
      cookie: 'a=b',
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
    }
    const json = { 'content-type': 'application/json' }
    const steps: readonly (readonly [path: string, headers: object, body: string, code: string])[] =
      [
        ['/nowhere', { ...foreign, ...json, host: 'evil.example' }, '{', 'INVALID_HOST'],
        ['/nowhere', { ...foreign, ...json }, '{', 'not_found'],
        ['/work', { ...foreign, ...json }, '{', 'csrf_refused'],
        ['/work', json, '{', 'AUTHENTICATION_ERROR'],
        ['/work', { ...json, authorization: 'Bearer read' }, '{', 'ACCESS_DENIED'],
        ['/work', { ...json, authorization: 'Bearer pay' }, '{', 'invalid_json'],
        ['/work', { ...json, authorization: 'Bearer pay' }, '{"a":1}', 'VALIDATION_ERROR'],
        ['/work', { ...json, authorization: 'Bearer pay' }, '{"a":"a"}', 'ACCESS_DENIED'],
        ['/work', { ...json, authorization: 'Bearer pay' }, '{"a":"b"}', 'approval_required'],
      ]
    const server = await serve(app, { port: 0, signals: false })
    const codes: unknown[] = []
    for (const [path, headers, body] of steps) {
      const lines = Object.entries({ host: 'localhost', ...headers }).map(
        ([name, value]) => `${name}: ${value}`,
      )
      const text = `POST ${path} HTTP/1.1\r\n${lines.join('\r\n')}\r\ncontent-length: ${body.length}\r\n\r\n${body}`
      const answer = await ask(server.port, text)
      // A problem document of ours.
      codes.push((JSON.parse(answer?.body ?? '{}') as { readonly code?: string }).code)
    }
    await server.close()
    expect(codes).toEqual(steps.map(([, , , code]) => code))
    // Those codes stand in the documented rows, in this order.
    const known = await rows()
    const positions = codes.map((code) =>
      known.findIndex(([, problems]) => problems.includes(String(code))),
    )
    const before = positions.slice(0, 4)
    expect(before.every((position) => position >= 0)).toBe(true)
    expect(before).toEqual([...before].sort((left, right) => left - right))
  })

  test('a preflight is answered by the path alone, after the host, before anything is found', async () => {
    const app = createApp({
      name: 'fnd-54',
      env: ENV,
      log: { logger: new Lines().logger },
      publicSurfaces: ALL,
      browser: { cors: { allowedOrigins: ['https://app.example'] } },
    })
    app.post('/work', {}, () => 1)
    const server = await serve(app, { port: 0, signals: false })
    const preflight = (host: string) =>
      ask(
        server.port,
        `OPTIONS /work HTTP/1.1\r\nHost: ${host}\r\nOrigin: https://app.example\r\nAccess-Control-Request-Method: POST\r\n\r\n`,
      )
    const statuses = [await preflight('evil.example'), await preflight('localhost')]
    await server.close()
    expect(statuses.map((answer) => answer?.status)).toEqual([400, 204])
  })
})
