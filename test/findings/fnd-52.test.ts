// Messages that missed: each names the route, or the option, and what to write.
import {
  type Call,
  createApp,
  dependency,
  file,
  HttpError,
  html,
  query,
  redirect,
  reply,
  sse,
} from 'trefoil'
import { hasRole, jwtAuth, keyRing } from 'trefoil/auth'
import { CookieSigner } from 'trefoil/cookies'
import { sendFile, serve, staticFiles, toNodeHandler } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'

// biome-ignore lint/suspicious/noExplicitAny: these are mistakes of JavaScript callers
const wrong = (value: unknown): any => value
const handler = () => 1

function app(options: object = {}, error: (...line: unknown[]) => void = () => {}) {
  const logger = { debug() {}, info() {}, warn() {}, error }
  return createApp({ env: {}, log: { logger }, publicSurfaces: ['api', 'mcp', 'cli'], ...options })
}

/** What a developer reads who declares a route so. */
function declared(declare: (site: ReturnType<typeof app>) => unknown): () => unknown {
  return () => {
    const site = app()
    declare(site)
    return site.catalogue
  }
}

const route = (options: object) => declared((site) => site.post('/x', wrong(options), handler))
const unset = process.env['TREFOIL_TEST_NOBODY_SETS_THIS']
const MARKERS = 'takes a Standard Schema, a marker such as query(…), or a dependency, got'

describe('FND-52: at start-up', () => {
  test.each<[string, () => unknown, string]>([
    [
      'an unset secret',
      () => jwtAuth(wrong({ keys: unset })),
      'jwtAuth(): keys is undefined; is the variable that it comes from set?',
    ],
    [
      'an empty secret',
      () => jwtAuth({ keys: '' }),
      'jwtAuth(): keys must be non-empty text or bytes, got empty text; is the variable that it comes from set?',
    ],
    [
      'an unset key of a ring',
      () => keyRing('a'.repeat(32), [wrong(unset)]),
      'keyRing(): previous key 1 must be non-empty text or bytes, got undefined; is the variable that it comes from set?',
    ],
    [
      'an unset secret of a signer',
      () => new CookieSigner(wrong(unset)),
      'CookieSigner(): keys must be non-empty text or bytes, got undefined; is the variable that it comes from set?',
    ],
    [
      'a secret in the place of options',
      () => jwtAuth(wrong('secret')),
      'jwtAuth(): options must be an object of options, got text of 6 characters',
    ],
    [
      'auth without surfaces',
      () => app({ auth: [{ authenticate: (_request) => null }] }),
      "auth.surfaces is missing. Surfaces it covers, such as `['api']`; there are `api`, `mcp` and `cli`.",
    ],
    [
      'an authenticator in the place of auth',
      () => app({ auth: () => null }),
      "auth must be a list such as [{ authenticate: jwtAuth({ keys }), surfaces: ['api'] }], got a function",
    ],
    [
      'an authenticator in the list of auth',
      () => app({ auth: [() => null] }),
      "auth has a function in its list; write [{ authenticate: jwtAuth({ keys }), surfaces: ['api'] }]",
    ],
    [
      'two tools of one name',
      declared((site) => {
        site.tool('find', { description: 'Finds.' }, handler)
        site.post('/find', { name: 'find', description: 'Finds.', tool: true }, handler)
      }),
      'Duplicate tool name: find (app.tool() and route POST /find); give one of them another name',
    ],
    [
      'returns without z.object()',
      route({ returns: { id: z.string() } }),
      'Route POST /x: returns must be a Standard Schema, such as z.object({ id: z.string() }), got an object',
    ],
    [
      'params with z.object()',
      route({ params: z.object({ id: z.string() }) }),
      'Route POST /x: params is a map of names, got a schema: write { id: z.string() }, not z.object({ id: z.string() })',
    ],
    [
      'params of a group with z.object()',
      declared((site) => site.group('/g', { params: wrong(z.object({})) })),
      "Group '/g': params is a map of names, got a schema: write { id: z.string() }, not z.object({ id: z.string() })",
    ],
    [
      'file for file()',
      route({ params: { photo: file } }),
      `Route POST /x, parameter 'photo': ${MARKERS} a function; write file()`,
    ],
    [
      'query for query(…)',
      route({ params: { page: query } }),
      `Route POST /x, parameter 'page': ${MARKERS} a function; write query(z.string())`,
    ],
    [
      'z.string for z.string()',
      route({ params: { id: z.string } }),
      `Route POST /x, parameter 'id': ${MARKERS} a function; it wants to be called, as z.string() is`,
    ],
    [
      'the name of a type',
      route({ params: { id: 'string' } }),
      `Route POST /x, parameter 'id': ${MARKERS} text of 6 characters; write z.string()`,
    ],
    [
      'a schema that is not there yet',
      route({ params: { id: undefined } }),
      `Route POST /x, parameter 'id': ${MARKERS} undefined; do two files import each other?`,
    ],
    [
      'hasRole for hasRole(…)',
      route({ guards: [hasRole] }),
      "Route POST /x: guards must be a list of guards, such as hasRole('admin'), got a list with a function",
    ],
    [
      'the handler before the options',
      declared((site) => site.get('/x', wrong(handler), wrong({}))),
      'GET /x has no handler: the last argument is its function',
    ],
    [
      'no path',
      declared((site) => site.get(wrong(handler), handler)),
      "GET: the first argument of a route is its path, such as '/orders', got a function",
    ],
    ['no middleware', () => app().use(wrong({})), 'use() takes a middleware, got an object'],
    [
      'a dependency that uses none',
      () => dependency(() => 1, { name: 'orders', uses: { db: wrong({}) } }),
      "dependency 'orders': uses.db must be a dependency, got an object",
    ],
    [
      'serve() without an app',
      () => serve(wrong(undefined)),
      'serve() takes an app of createApp(), got undefined',
    ],
    [
      'toNodeHandler() without an app',
      () => toNodeHandler(wrong({ default: app() })),
      'toNodeHandler() takes an app of createApp(), got an object',
    ],
    [
      'staticFiles() without a folder',
      () => staticFiles(wrong(unset)),
      'staticFiles(): the folder must be non-empty text, got undefined',
    ],
    [
      'app.fetch() with an address',
      () => app().fetch(wrong('http://localhost/')),
      'app.fetch() takes a Request, got text of 17 characters',
    ],
  ])('%s', async (_, use, message) => {
    const error = await caught(use)
    expect(error.message).toBe(message)
    expect(error.name).toBe('ImproperlyConfigured')
  })
})

async function caught(use: () => unknown): Promise<Error> {
  try {
    await use()
  } catch (error) {
    if (error instanceof Error) return error
  }
  throw new Error('nothing was thrown')
}

/** A call of `GET /x`, its answer and the errors that were logged of it. */
async function call(handle: (args: object, call: Call) => unknown) {
  const logged: string[] = []
  const site = app({}, (fields) => {
    const { err, action } = fields as { err: Error; action: string }
    logged.push(`${action}: ${err.message}`)
  })
  site.get('/x', { name: 'x', description: 'X.', tool: true, cli: true }, wrong(handle))
  const client = testClient(site)
  const http = await client.http.get('/x')
  const mcp = await client.mcp.callTool('x')
  const cli = await client.cli.call('x')
  const local = await client.cli.call('x', {}, { local: true })
  return { http, mcp, cli, local, logged }
}

describe('FND-52: in a call, the log names the action and what to write', () => {
  test.each<[string, () => unknown, string]>([
    [
      'a bigint deep in an answer',
      () => ({ orders: [{}, { total: 5n }] }),
      "Cannot convert a bigint into a response, at 'orders[1].total': return its digits, String(value), or declare returns with encoded(…)",
    ],
    [
      'a bigint alone',
      () => 5n,
      'Cannot convert a bigint into a response: return its digits, String(value), or declare returns with encoded(…)',
    ],
    [
      'text in the place of a status',
      () => {
        throw new HttpError(wrong('Order not found'))
      },
      "HttpError status must be an integer from 400 to 599, got text of 15 characters; write new HttpError(404, 'Order not found')",
    ],
    [
      'no location',
      () => redirect(wrong(undefined)),
      'redirect() takes the text of a location, got undefined',
    ],
    ['no page', () => html(wrong(5)), 'html() takes the text of a page, got a number'],
    [
      'a list of events',
      () => sse(wrong([])),
      'sse() takes an async iterable of events, such as an async generator called, got an empty list',
    ],
    [
      'no file',
      () => sendFile(wrong(undefined)),
      'sendFile(): the path must be non-empty text, got undefined',
    ],
    [
      'a number in a header',
      () => reply(1, { headers: { 'x-count': wrong(5) } }),
      "reply(): the value of header 'x-count' must be text, got a number",
    ],
    [
      'a cookie without its value',
      () => reply(1, { cookies: { a: wrong({}) } }),
      "The value of cookie 'a' must be text without spaces, quotes, commas and semicolons",
    ],
  ])('%s', async (_, handle, message) => {
    const { http, logged } = await call(handle)
    expect(http.status).toBe(500)
    expect(http.text).not.toContain(message)
    expect(logged).toEqual(Array.from({ length: 4 }, () => `x: ${message}`))
  })

  test('HttpError(404) says what the status says, on every surface', async () => {
    const { http, mcp, cli, local, logged } = await call(() => {
      throw new HttpError(404)
    })
    expect(http.json()).toMatchObject({ status: 404, detail: 'Not Found' })
    expect(JSON.stringify(mcp.message)).toContain('Not Found')
    expect(cli).toMatchObject({ status_code: 404, error: { message: 'Not Found' } })
    expect(local).toMatchObject({ status_code: 404, error: { message: 'Not Found' } })
    expect(logged).toEqual([])
  })

  test.each([
    ['//evil.example', 'The address to go on to leaves this site'],
    ['https://evil.example', 'The address to go on to leaves this site'],
    ['', 'The address to go on to is empty or has control characters'],
    ['/a\r\nset-cookie: x=1', 'The address to go on to is empty or has control characters'],
  ])(
    "redirect(%j), text of a caller, is the caller's mistake and no line in the log",
    async (location, detail) => {
      const { http, mcp, cli, local, logged } = await call(() => redirect(location))
      expect(http.status).toBe(400)
      expect(http.json()).toMatchObject({ code: 'http_error', detail })
      expect(http.headers.has('location')).toBe(false)
      expect(JSON.stringify(mcp.message)).toContain(detail)
      expect(cli).toMatchObject({ status_code: 400, error: { message: detail } })
      expect(local).toMatchObject({ status_code: 400, error: { message: detail } })
      expect(logged).toEqual([])
    },
  )
})
