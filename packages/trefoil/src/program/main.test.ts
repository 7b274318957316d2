import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
// Longer than 500 lines because one stand-in world (app, remote, io) serves every test here.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { UnfitForProduction } from '../app/fitness/production.ts'
import { refusal } from '../client/problem-envelope.ts'
import type { AppHandle, LocalCredentials } from '../contract/call/app-handle.ts'
import { type AppInternals, befriendApps } from '../contract/call/app-internals.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import type {
  ActionAnswer,
  ActionCallRequest,
  ActionTarget,
  Manifest,
  ProblemEnvelope,
} from '../contract/protocol/action-protocol.ts'
import { ACTION_PROTOCOL } from '../contract/protocol/action-protocol.ts'
import { CALL_PATH, MANIFEST_PATH } from '../contract/protocol/paths.ts'
import { main } from './main.ts'
import type { ProgramIo } from './terminal/io.ts'
import type { StopSignal } from './terminal/stop-signals.ts'

const MANIFEST: Manifest = {
  protocol: ACTION_PROTOCOL,
  service: { name: 'store', version: '1.0.0' },
  rpc: { method: 'POST', path: CALL_PATH },
  auth: { required: true, schemes: [{ type: 'bearer' }] },
  actions: [
    {
      name: 'get_order',
      title: null,
      description: 'Fetch one order.',
      method: 'GET',
      path: '/orders/{order_id}',
      needs_approval: false,
      input_schema: {
        type: 'object',
        properties: {
          order_id: { type: 'string' },
          limit: { type: 'integer' },
          app: { type: 'string' },
          approval: { type: 'string' },
        },
        required: ['order_id'],
      },
      output_schema: null,
    },
    {
      name: 'ship_order',
      title: null,
      description: 'Ship one order.',
      method: 'POST',
      path: '/orders/{order_id}/ship',
      needs_approval: true,
      input_schema: { type: 'object', properties: { order_id: { type: 'string' } } },
      output_schema: null,
    },
  ],
}

/** The same rules behind both ways in: token `good`, approval `yes`. */
function answer(
  request: ActionCallRequest,
  authorization: string | undefined,
  entrypoint: 'local' | 'server',
): ActionAnswer {
  if (authorization !== 'Bearer good') return refusal('AUTHENTICATION_ERROR')
  const action = MANIFEST.actions.find(({ name }) => name === request.action)
  if (action === undefined) return refusal('unknown_action')
  const arguments_hash = 'sha256:00'
  const needs_approval = action.needs_approval
  if (request.dry_run === true) {
    return {
      ok: true,
      dry_run: true,
      action: action.name,
      source: 'cli',
      entrypoint,
      method: action.method,
      path: action.path,
      arguments_hash,
      needs_approval,
      approval_required: needs_approval && request.approval_token === undefined,
      approval_token_provided: request.approval_token !== undefined,
      subject: 'ada',
    }
  }
  const details = { action: action.name, arguments_hash }
  if (needs_approval && request.approval_token === undefined)
    return refusal('approval_required', { details })
  if (needs_approval && request.approval_token !== 'yes')
    return refusal('approval_denied', { details })
  return { ok: true, status_code: 200, body: request.arguments ?? null }
}

/** A hand-made app that writes down what happens to it. */
class StandInApp implements AppHandle {
  readonly name = 'store'
  readonly events: string[] = []
  startupError: Error | null = null
  shutdownError: Error | null = null
  productionError: Error | null = null
  signal: AbortSignal | undefined

  async startup(): Promise<void> {
    this.events.push('startup')
    if (this.startupError !== null) throw this.startupError
  }

  async drain(): Promise<void> {
    this.events.push('drain')
  }

  async shutdown(): Promise<void> {
    this.events.push('shutdown')
    if (this.shutdownError !== null) throw this.shutdownError
  }

  validateProduction(): void {
    if (this.productionError !== null) throw this.productionError
  }

  localActions({ headers, signal }: LocalCredentials): ActionTarget {
    this.signal = signal
    const authorization = headers[headers.indexOf('authorization') + 1]
    const known = headers.includes('authorization') ? authorization : undefined
    const manifest = async (): Promise<Manifest | ProblemEnvelope> => {
      this.events.push('manifest')
      return known === 'Bearer good' ? MANIFEST : refusal('AUTHENTICATION_ERROR')
    }
    const call = async (request: ActionCallRequest): Promise<ActionAnswer> => {
      this.events.push('call')
      return answer(request, known, 'local')
    }
    return { manifest, call }
  }
}

let ofParts: ReturnType<AppInternals['variables']> = []

/** What the program takes for an app; it asks for the background work only. */
const NO_INTERNALS: AppInternals = {
  http: () => Promise.reject(new Error('nothing is served here')),
  mounted: () => Promise.reject(new Error('nothing is served here')),
  logger: () => console,
  closeTimeout: 0,
  shutdown: async () => {},
  listensAt() {},
  idle: async () => {},
  giveUpWork() {},
  commands: () => [],
  variables: () => ofParts,
} as unknown as AppInternals
const forget = befriendApps((value) => (value instanceof StandInApp ? NO_INTERNALS : null))
afterAll(forget)

interface Ran {
  readonly exit: number
  readonly out: string
  readonly err: string
}

const KEY = Symbol.for('trefoil.test.main')
const registry: Record<symbol, unknown> = globalThis as never

let directory: string
let app: StandInApp
let env: Record<string, string | undefined>
let stdin: string
let askSecret: ProgramIo['askSecret']
let serve: ProgramIo['serve']
let stopNow: (signal: StopSignal) => void
let diverted: number
const closers: (() => Promise<void>)[] = []

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'trefoil-main-'))
  app = new StandInApp()
  registry[KEY] = app
  ofParts = []
  await writeFile(
    join(directory, 'app.mjs'),
    "// imports 'trefoil'\nexport const app = globalThis[Symbol.for('trefoil.test.main')]\n",
  )
  env = { TREFOIL_HOME: join(directory, 'home'), TREFOIL_TOKEN: 'good' }
  stdin = ''
  askSecret = null
  stopNow = () => undefined
  diverted = 0
  serve = () => Promise.reject(new Error('nothing is served here'))
})

afterEach(async () => {
  vi.useRealTimers()
  for (const close of closers.splice(0)) await close()
  await rm(directory, { recursive: true, force: true })
})

async function run(...argv: readonly string[]): Promise<Ran> {
  let out = ''
  let err = ''
  const exit = await main(argv, {
    stdout: {
      isTerminal: false,
      write: (text) => {
        out += text
      },
    },
    stderr: {
      isTerminal: false,
      write: (text) => {
        err += text
      },
    },
    stdin: (async function* () {
      yield stdin
    })(),
    askSecret,
    askLine: null,
    env,
    cwd: directory,
    home: directory,
    serve,
    startChild: () => {
      throw new Error('no child here')
    },
    workers: {
      parallelism: 1,
      announce: null,
      prepare: () => Promise.reject(new Error('no workers here')),
      onReload: () => () => undefined,
    },
    watch: () => () => undefined,
    onStop: (listener) => {
      stopNow = listener
      return () => undefined
    },
    divertOutput: () => {
      diverted++
    },
  })
  return { exit, out, err }
}

/** The one JSON document on standard output. */
async function runJson(...argv: readonly string[]): Promise<{ exit: number; document: unknown }> {
  const { exit, out } = await run(...argv)
  expect(out.endsWith('\n')).toBe(true)
  return { exit, document: JSON.parse(out) }
}

type Handle = (request: IncomingMessage, response: ServerResponse, body: string) => void

interface Remote {
  readonly url: string
  /** What came with each request: method, path and the credentials. */
  readonly seen: { line: string; authorization: string | undefined; tenant: unknown }[]
}

/** A real remote; without a handler it speaks the protocol. */
async function listen(handle: Handle = speak): Promise<Remote> {
  const seen: Remote['seen'] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      const { method, url, headers } = request
      const { authorization } = headers
      seen.push({ line: `${method} ${url}`, authorization, tenant: headers['x-tenant'] })
      handle(request, response, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

function speak(request: IncomingMessage, response: ServerResponse, body: string): void {
  const { authorization } = request.headers
  let reply: ActionAnswer | Manifest = MANIFEST
  if (request.url === CALL_PATH)
    reply = answer(JSON.parse(body) as ActionCallRequest, authorization, 'server')
  else if (authorization !== 'Bearer good') reply = refusal('AUTHENTICATION_ERROR')
  const status = 'ok' in reply && !reply.ok ? reply.status_code : 200
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(reply))
}

async function storedFile(): Promise<string> {
  return readFile(join(directory, 'home', 'remotes.json'), 'utf8')
}

describe('local actions', () => {
  test('CLI-8: list and search', async () => {
    expect(await run('actions', 'list')).toEqual({
      exit: 0,
      out: 'get_order\n  Fetch one order.\nship_order\n  Ship one order.\n',
      err: '',
    })
    expect((await run('actions', 'search', 'POST')).out).toBe('ship_order\n  Ship one order.\n')
    expect((await run('actions', 'search', 'nothing')).out).toBe('No matching CLI actions.\n')
    expect(await runJson('--json', 'actions', 'search', 'fetch')).toEqual({
      exit: 0,
      document: { actions: [{ name: 'get_order', description: 'Fetch one order.' }] },
    })
  })

  test('CLI-9: describe, and call --help', async () => {
    const described = await run('actions', '--app', 'app.mjs', 'describe', 'get_order')
    expect(described.out).toContain('trefoil --app app.mjs call get_order --order-id example\n')
    expect(await run('call', '--app', 'app.mjs', 'get_order', '--help')).toEqual(described)
    expect(app.events).not.toContain('call')
  })

  test('W-16c: a call runs between startup and shutdown; --no-lifespan leaves them out', async () => {
    await run('call', 'get_order', '--order-id', 'a')
    expect(app.events).toEqual(['startup', 'manifest', 'call', 'shutdown'])
    expect(diverted).toBe(1)
    app.events.length = 0
    await run('call', '--no-lifespan', 'get_order')
    expect(app.events).toEqual(['call'])
  })

  test('W-16c: shutdown runs after a refusal and after wrong usage too', async () => {
    expect((await run('call', 'get_order', '--nope', '1')).exit).toBe(2)
    expect(app.events.at(-1)).toBe('shutdown')
    await run('--token', 'bad', 'actions', 'list')
    expect(app.events.at(-1)).toBe('shutdown')
  })

  test('a failing startup is reported, a failing shutdown is a warning', async () => {
    app.startupError = new Error('no database')
    const failed = await run('call', 'get_order')
    expect(failed).toMatchObject({ exit: 2, out: '' })
    expect(failed.err).toMatch(/^error: Application \.\/app\.mjs#app failed to start: no database/)
    expect(app.events).toEqual(['startup'])
    app.startupError = null
    app.shutdownError = new AggregateError([new Error('one'), new Error('two')])
    const warned = await run('call', 'get_order')
    expect(warned).toMatchObject({ exit: 0, out: '{}\n' })
    expect(warned.err).toMatch(/^warning: shutdown failed: one.*\nwarning: shutdown failed: two/)
  })

  test('CLI-11: arguments arrive typed, the body is printed', async () => {
    const { out } = await run('call', 'get_order', '--order-id', '007', '--limit=5')
    expect(JSON.parse(out)).toEqual({ order_id: '007', limit: 5 })
    expect(await runJson('call', 'get_order', '--order-id', '1.10', '--json')).toEqual({
      exit: 0,
      document: { ok: true, status_code: 200, body: { order_id: '1.10' } },
    })
  })

  test('W-2: arguments called like options of the program reach the action', async () => {
    const { out } = await run(
      'call',
      'get_order',
      '--app',
      'x',
      '--arg',
      'approval=y',
      '--',
      '--order-id',
      'z',
    )
    expect(JSON.parse(out)).toEqual({ app: 'x', approval: 'y', order_id: 'z' })
  })

  test('CLI-7: all arguments as JSON, also from standard input', async () => {
    const text = '{"order_id":"a","limit":2}'
    expect(JSON.parse((await run('call', 'get_order', '--args-json', text)).out)).toEqual(
      JSON.parse(text),
    )
    stdin = text
    expect(JSON.parse((await run('call', '--args-json=-', 'get_order')).out)).toEqual(
      JSON.parse(text),
    )
    for (const bad of ['[1]', '{', '{"a":1,"a":2}', 'null']) {
      const { document, exit } = await runJson('call', 'get_order', '--json', '--args-json', bad)
      expect(document).toMatchObject({ ok: false, error: { code: 'invalid_arguments' } })
      expect(exit).toBe(2)
    }
    expect((await run('call', 'get_order', '--args-json', '{}', '--limit', '1')).err).toMatch(
      /Use either/,
    )
  })

  test('CLI-4: token by flag, environment or header; a bad one is refused by the app', async () => {
    expect((await run('--token', 'bad', 'call', 'get_order')).exit).toBe(1)
    expect((await run('call', '--header', 'Authorization: Bearer good', 'get_order')).exit).toBe(0)
    env = { TREFOIL_HOME: env['TREFOIL_HOME'] }
    expect((await run('call', 'get_order')).err).toMatch(/^error: Unauthorized\n {2}fix: /)
    expect((await run('--token', 'good', 'call', 'get_order')).exit).toBe(0)
    expect(
      (await run('--token', 'good', '--header', 'authorization: x', 'call', 'get_order')).exit,
    ).toBe(2)
  })

  test('Ctrl-C aborts the call', async () => {
    await run('call', 'get_order')
    expect(app.signal?.aborted).toBe(false)
    stopNow('SIGINT')
    expect(app.signal?.aborted).toBe(true)
  })
})

describe('FND-22: a start or a shutdown that hangs', () => {
  test('does not outlast --timeout by more than it gets for closing', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    app.startup = () => new Promise(() => {})
    const hangs = runJson('--json', '--timeout', '1s', 'call', 'get_order')
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1))
    await vi.advanceTimersByTimeAsync(1000 + 3000)
    expect(await hangs).toMatchObject({ exit: 124, document: { error: { code: 'cli_timeout' } } })
    expect(app.events).toEqual([])
  })

  test('an answer stands though the shutdown was left', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    app.shutdown = () => {
      app.events.push('shutdown')
      return new Promise(() => {})
    }
    const hangs = run('call', 'get_order')
    await vi.waitFor(() => expect(app.events).toContain('shutdown'))
    stopNow('SIGINT')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(await hangs).toMatchObject({
      exit: 0,
      out: '{}\n',
      err: expect.stringMatching(/^warning: shutdown hooks .* did not end within 10000 ms/),
    })
  })
})

describe('W-21: local and remote answer alike', () => {
  test.each([
    [['call', 'get_order', '--order-id', 'a'], 0],
    [['call', 'nope'], 2],
    [['call', 'nope', '--a', '1'], 2],
    [['call', 'ship_order', '--order-id', 'a'], 75],
    [['call', 'ship_order', '--approval', 'no'], 1],
    [['call', 'ship_order', '--approval', 'yes'], 0],
    [['call', 'ship_order', '--approval', ' '], 2],
    [['call', 'get_order', '--limit', 'x'], 2],
    [['call', 'get_order', '--token', 'x'], 2],
    [['call', 'get_order', '--limit', '1', 'stray'], 2],
    [['--token', 'bad', 'call', 'get_order'], 1],
    [['--token', 'bad', 'call', 'get_order', '--limit', '1'], 1],
    [['actions', 'describe', 'nope'], 2],
  ])('%j exits with %i and prints one document', async (argv, exit) => {
    const { url } = await listen()
    await run('connect', 'prod', url, '--token', 'good')
    const at = argv.findIndex((word) => word === 'call' || word === 'describe') + 1
    const remote = [...argv.slice(0, at), 'prod', ...argv.slice(at)]
    const here = await runJson(...argv, '--json')
    const there = await runJson(...remote, '--json')
    expect([here.exit, there.exit]).toEqual([exit, exit])
    expect(withoutFix(there.document)).toEqual(withoutFix(here.document))
    expect(here.document).toHaveProperty('ok', exit === 0)
  })

  test('CLI-12: a dry run differs in the entrypoint alone', async () => {
    const { url } = await listen()
    await run('connect', 'prod', url, '--token', 'good')
    const here = await runJson('--json', 'call', 'ship_order', '--dry-run')
    const there = await runJson('--json', 'call', '--dry-run', 'prod', 'ship_order')
    expect(here.document).toMatchObject({ entrypoint: 'local', approval_required: true })
    expect(there.document).toEqual({ ...(here.document as object), entrypoint: 'server' })
    expect((await run('call', 'prod', 'ship_order', '--dry-run', '--approval=t')).out).toMatch(
      /^Dry run OK: ship_order\n.*\n.*\n.*\n {2}protected action: yes\n {2}approval token: provided\n$/,
    )
  })
})

/** The advice may name the remote or the way to log in. */
function withoutFix(document: unknown): unknown {
  const { error, ...rest } = document as { error?: object }
  return error === undefined ? rest : { ...rest, error: { ...error, fix: '' } }
}

describe('W-21: wrong usage', () => {
  test.each([
    [[]],
    [['nope']],
    [['call']],
    [['call', '--id', '3', 'get_order']],
    [['actions']],
    [['actions', 'search']],
    [['actions', 'list', 'a', 'b']],
    [['connect', 'only-name']],
    [['connect', 'bad name', 'https://x.test']],
    [['connect', 'prod', 'http://x.test']],
    [['login', 'nobody', '--token', 't']],
    [['remotes', 'remove', 'nobody']],
    [['call', 'nobody', 'get_order']],
    [['--token', '', 'actions', 'list']],
    [['--timeout', '5', 'actions', 'list']],
    [['--app', './nope.ts', 'actions', 'list']],
    [['run', '--port', '70000']],
    [['--app']],
  ])('%j exits with 2, for people and for programs', async (argv) => {
    const people = await run(...argv)
    expect(people).toMatchObject({ exit: 2, out: '' })
    expect(people.err).not.toBe('')
    const { exit, document } = await runJson('--json', ...argv)
    expect(exit).toBe(2)
    expect(document).toMatchObject({
      ok: false,
      error: { code: expect.stringMatching(/^cli_(usage|app)$/) },
    })
  })

  test('help and version', async () => {
    expect((await run('--help')).out).toMatch(/^Usage: trefoil/)
    expect((await run('call', '--help')).out).toMatch(/^Usage: trefoil call/)
    expect((await run('--version')).out).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(await runJson('--json', '--version')).toMatchObject({ exit: 0, document: { ok: true } })
    expect(await runJson('--json', 'call', '--help')).toMatchObject({
      exit: 0,
      document: { ok: true },
    })
  })

  test('CLI-2: what nobody expected tells callers nothing, and a developer everything', async () => {
    app.localActions = () => {
      throw new Error('password=hunter2')
    }
    expect(await run('call', 'get_order')).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/^error: Command failed\n {2}fix: .*\n$/),
    })
    env['TREFOIL_ENV'] = 'development'
    expect((await run('call', 'get_order')).err).toContain('hunter2')
  })
})

describe('remotes', () => {
  test('CLI-18: connect, list, login, remove; the token is stored and never printed', async () => {
    const { url, seen } = await listen()
    const texts = [
      await run('connect', 'prod', `${url}/`, '--token', 'good'),
      await run('remotes', 'list'),
      await run('actions', 'list', 'prod'),
    ]
    expect(texts.map(({ out }) => out)).toEqual([
      `Connected remote prod: ${url}\n`,
      `prod  ${url} authenticated\n`,
      'get_order\n  Fetch one order.\nship_order\n  Ship one order.\n',
    ])
    expect(seen).toHaveLength(2)
    expect(await storedFile()).toContain('"token": "good"')
    expect((await runJson('remotes', 'list', '--json')).document).toEqual({
      remotes: [{ name: 'prod', url, authenticated: true }],
    })
    expect((await run('remotes', 'remove', 'prod')).out).toBe('Removed remote prod\n')
    expect((await run('remotes', 'list')).out).toBe('No remotes are configured.\n')
    expect(await storedFile()).not.toContain('good')
  })

  test('CLI-18: without a token nothing is asked; with a bad one nothing is stored', async () => {
    const { url, seen } = await listen()
    expect((await run('connect', 'prod', url)).exit).toBe(0)
    expect(seen).toEqual([])
    expect((await run('login', 'prod', '--token', 'bad')).exit).toBe(1)
    expect((await run('connect', 'other', url, '--token', 'bad')).exit).toBe(1)
    expect(await storedFile()).not.toMatch(/bad|other/)
    expect((await run('remotes', 'list')).out).toBe(`prod  ${url}\n`)
  })

  test('login takes the token from standard input or asks at a terminal', async () => {
    const { url } = await listen()
    await run('connect', 'prod', url)
    expect((await run('login', 'prod')).err).toMatch(/A token is needed/)
    stdin = 'good\n'
    expect((await run('login', 'prod', '--token-stdin')).out).toBe('Logged in to prod\n')
    askSecret = async () => 'bad'
    expect((await run('login', 'prod')).exit).toBe(1)
    askSecret = async () => 'good'
    expect((await run('login', 'prod')).exit).toBe(0)
    expect((await run('login', 'prod', '--token-stdin', '--token', 'x')).exit).toBe(2)
  })

  test('W-24: the token means the same wherever it stands, and survives a reconnect', async () => {
    const { url } = await listen()
    expect((await run('--token', 'good', 'connect', 'prod', url)).exit).toBe(0)
    expect((await run('connect', 'prod', `${url}/base`)).err).toBe('')
    expect(await storedFile()).toContain('"token": "good"')
  })

  test('W-24: a token never goes along to another origin', async () => {
    const [first, second] = [await listen(), await listen()]
    await run('connect', 'prod', first.url, '--token', 'good', '--header', 'x-tenant: acme')
    const moved = await run('connect', 'prod', second.url)
    expect(moved.err).toMatch(
      /^warning: the stored token and headers belonged to .* and were dropped/,
    )
    expect(await storedFile()).not.toMatch(/good|acme/)
    await run('actions', 'list', 'prod')
    expect(second.seen).toEqual([
      { line: `GET ${MANIFEST_PATH}`, authorization: undefined, tenant: undefined },
    ])
  })

  test('W-25: stored headers are sent; TREFOIL_TOKEN is not', async () => {
    const { url, seen } = await listen()
    await run('connect', 'prod', url, '--header', 'X-Tenant: acme')
    expect((await run('actions', 'list', 'prod')).exit).toBe(1)
    await run('actions', 'list', 'prod', '--token', 'good')
    expect(seen).toMatchObject([
      { authorization: undefined, tenant: 'acme' },
      { authorization: 'Bearer good', tenant: 'acme' },
    ])
  })

  test('W-25: a bad entry is a warning, and removable', async () => {
    const { url } = await listen()
    await run('connect', 'prod', url, '--token', 'good')
    const file = join(directory, 'home', 'remotes.json')
    const broken = (await storedFile()).replace('"remotes": {', '"remotes": { "bad one": 5,')
    await writeFile(file, broken)
    expect(await run('actions', 'list', 'prod')).toMatchObject({
      exit: 0,
      err: expect.stringMatching(/^warning: skipped remote "bad one"/),
    })
    expect((await run('remotes', 'remove', 'bad one')).exit).toBe(0)
    expect((await run('actions', 'list', 'prod')).err).toBe('')
  })

  test('W-23: 401 says how to log in', async () => {
    const { url } = await listen((_request, response) => response.writeHead(401).end('no'))
    await run('connect', 'prod', url)
    expect(await run('call', 'prod', 'get_order')).toMatchObject({
      exit: 1,
      err: expect.stringMatching(/^error: Unauthorized\n {2}fix: .*trefoil login/),
    })
  })

  test('W-1: a redirecting remote never moves the token', async () => {
    const thief = await listen()
    const { url } = await listen((_request, response) => {
      response.writeHead(307, { location: thief.url + CALL_PATH }).end()
    })
    const refused = await runJson('connect', 'prod', url, '--token', 'good', '--json')
    expect(refused).toMatchObject({ exit: 1, document: { error: { code: 'remote_redirect' } } })
    await run('connect', 'prod', url)
    expect((await run('call', 'prod', 'get_order', '--args-json', '{}')).exit).toBe(1)
    expect((await run('--token', 'good', 'call', 'prod', 'ship_order')).exit).toBe(1)
    expect(thief.seen).toEqual([])
  })

  test.each<[string, Handle, string]>([
    ['slow', () => undefined, 'cli_timeout'],
    [
      'huge',
      (_request, response) => response.end(`"${'x'.repeat(6 * 1024 * 1024)}"`),
      'response_too_large',
    ],
    ['not JSON', (_request, response) => response.end('<html>'), 'remote_invalid'],
    ['foreign JSON', (_request, response) => response.end('{"body":1}'), 'remote_invalid'],
  ])('CLI-19: a remote that is %s', async (_kind, handle, code) => {
    const { url } = await listen(handle)
    await run('connect', 'prod', url)
    const isSlow = code === 'cli_timeout'
    const slow = isSlow ? ['--timeout', '50ms'] : []
    for (const command of [['actions', 'list'], ['call']]) {
      const words = command[0] === 'call' ? ['get_order'] : []
      const { exit, document } = await runJson(...slow, '--json', ...command, 'prod', ...words)
      expect(exit).toBe(isSlow ? 124 : 1)
      expect(document).toMatchObject({ ok: false, error: { code } })
    }
  })
})

describe('P-SET-1: variables', () => {
  test('name, set or not, meaning; never what is in it', async () => {
    env['TREFOIL_LIMITS_BODY'] = '1mb'
    const { exit, out } = await run('variables')
    expect(exit).toBe(0)
    expect(out).toMatch(/TREFOIL_LIMITS_BODY +set {2}Largest request body/)
    expect(out).toMatch(/TREFOIL_LIMITS_FILE +- {4}Largest uploaded file/)
    expect(out).not.toMatch(/1mb|good/)
    expect(out).toContain('trefoil variables --app <app>')
  })

  test('those of the parts of an app', async () => {
    const rows = [{ name: 'TREFOIL_OWN_KEY', option: '', value: '', doc: 'A `key`.' }]
    ofParts = [{ title: "part 'own'", rows }]
    const shown = await run('variables', '--app', './app.mjs')
    expect(shown.out).toContain("part 'own'\n  TREFOIL_OWN_KEY  -    A key.\n")
    env['TREFOIL_OWN_KEY'] = 'secret'
    const { document } = await runJson('variables', '--set', '--json', '--app', './app.mjs')
    expect(document).toMatchObject({
      variables: expect.arrayContaining([
        {
          name: 'TREFOIL_OWN_KEY',
          set: true,
          of: "part 'own'",
          option: null,
          value: null,
          meaning: 'A key.',
        },
      ]),
    })
  })
})

describe('CLI-21: serving', () => {
  beforeEach(() => {
    serve = async (served, { host, port }) => {
      app.events.push(
        `serve ${served.name} ${host}:${port} ${env['TREFOIL_ENV']} ${env['TREFOIL_LOG_LEVEL']}`,
      )
      queueMicrotask(() => stopNow('SIGINT'))
      const close = async (): Promise<void> => void app.events.push('close')
      return { url: `http://${host}:${port}`, port, close }
    }
  })

  test('run serves until it is asked to stop, then drains', async () => {
    env['TREFOIL_ENV'] = 'before'
    expect(await run('run', 'app.mjs', '--port', '9000')).toEqual({
      exit: 0,
      out: 'store listens on http://127.0.0.1:9000 (./app.mjs#app); Ctrl-C stops it\n',
      err: '',
    })
    expect(app.events).toEqual(['serve store 127.0.0.1:9000 production info', 'close'])
    expect(env).toMatchObject({ TREFOIL_ENV: 'before' })
    expect('TREFOIL_LOG_LEVEL' in env).toBe(false)
  })

  test('dev --no-watch serves for development', async () => {
    const { document } = await runJson('--json', 'dev', '--no-watch', '--host', '::1')
    expect(document).toEqual({ ok: true, app: 'store', url: 'http://::1:8000', port: 8000 })
    expect(app.events[0]).toBe('serve store ::1:8000 development debug')
    expect('TREFOIL_ENV' in env).toBe(false)
  })

  test('FND-49: the flags, then TREFOIL_PORT and TREFOIL_HOST, then PORT and HOST', async () => {
    const where = async (...argv: readonly string[]) => {
      app.events.length = 0
      expect((await run(...argv)).exit).toBe(0)
      return app.events[0]?.split(' ')[2]
    }
    env['PORT'] = '9001'
    env['HOST'] = '0.0.0.0'
    expect(await where('run')).toBe('0.0.0.0:9001')
    env['TREFOIL_PORT'] = '9002'
    env['TREFOIL_HOST'] = '::'
    expect(await where('dev', '--no-watch')).toBe(':::9002')
    expect(await where('run', '--port', '0', '--host', '::1')).toBe('::1:0')
    env['TREFOIL_PORT'] = 'hunter2'
    const { exit, err } = await run('run')
    expect(exit).toBe(2)
    expect(err).toMatch(/^error: TREFOIL_PORT must be a whole number from 0 to 65535\n/)
    expect(err).not.toContain('hunter2')
  })

  test('PROD-1: run prints everything that is unfit, unless told to go on', async () => {
    app.productionError = new ImproperlyConfigured('unfit:\n- debug is on\n- no hosts')
    const refused = await run('run')
    expect(refused).toMatchObject({ exit: 2, out: '' })
    expect(refused.err).toMatch(
      /^error: \.\/app\.mjs#app: unfit:\n {2}- debug is on\n {2}- no hosts\n/,
    )
    expect(app.events).toEqual([])
    const insecure = await run('run', '--allow-insecure')
    expect(insecure.exit).toBe(0)
    expect(insecure.err).toMatch(/^warning: .*- no hosts/s)
  })

  test('PROD-1, W-44: run --json lists every failure with its code', async () => {
    const issues = [
      { code: 'debug_enabled', message: 'debug must be disabled' },
      { code: 'hosts_missing', message: 'allowedHosts must be configured' },
    ]
    app.productionError = new UnfitForProduction(issues)
    const { exit, document } = await runJson('--json', 'run')
    expect(exit).toBe(2)
    expect(document).toMatchObject({ ok: false, error: { code: 'cli_app', failures: issues } })
    // People read each of them once.
    expect((await run('run')).err.match(/debug must be disabled/g)).toHaveLength(1)
    expect(app.events).toEqual([])
  })

  test('a port in use and a failing start are problems, and the mode is restored', async () => {
    serve = () => Promise.reject(Object.assign(new Error('listen'), { code: 'EADDRINUSE' }))
    expect((await run('run')).err).toMatch(
      /^error: Could not listen on 127\.0\.0\.1:8000: the port is in use/,
    )
    serve = () => Promise.reject(new ImproperlyConfigured('two routes are equal'))
    expect((await run('run')).err).toMatch(/failed to start: two routes are equal/)
    expect('TREFOIL_ENV' in env).toBe(false)
  })
})
