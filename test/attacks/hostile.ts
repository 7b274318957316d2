// What the attacks share that come from the developer's own process: JavaScript that no type has seen.
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'

type Fetches = { fetch(request: Request): Promise<Response> }

export const ALL = ['api', 'mcp', 'cli'] as const
/** Not spelt out: whoever writes one by accident is to be told. */
export const THEN = 'then'
const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

/** JavaScript callers have passed no compiler: whatever it is, as whatever is asked for. */
export function untyped(value: unknown): never {
  return value as never
}

export function hostile(options: object = {}) {
  const defaults = { name: 'hostile', env: {}, log: { logger: QUIET }, publicSurfaces: ALL }
  return createApp(untyped({ ...defaults, ...options })) as ReturnType<typeof createApp>
}

export const ann = () => new AuthContext({ subject: 'ann', roles: ['user'] })
export const known = (authenticate: unknown = ann, more: object = {}) =>
  hostile({ auth: [{ authenticate: taking(authenticate), surfaces: ALL, ...more }] })

/** Takes exactly one parameter, as an authenticator must. */
function taking(authenticate: unknown): unknown {
  return typeof authenticate === 'function'
    ? (request: unknown) => authenticate(request)
    : authenticate
}

/** An answer, or how there came none: `no answer`, `rejected: …`. */
export interface Told {
  readonly status: number | string
  readonly text: string
  readonly headers: Headers
}

export async function ask(app: Fetches, path: string, init: RequestInit = {}): Promise<Told> {
  const none = (status: string): Told => ({ status, text: '', headers: new Headers() })
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<Told>((resolve) => {
    timer = setTimeout(() => resolve(none('no answer')), 1_000)
  })
  const answer = app.fetch(new Request(`http://localhost${path}`, init)).then(
    async (response) => {
      const { status, headers } = response
      return { status, headers, text: await response.text() }
    },
    (error: unknown) => none(`rejected: ${error instanceof Error ? error.message : error}`),
  )
  try {
    return await Promise.race([answer, late])
  } finally {
    clearTimeout(timer)
  }
}

export function send(app: Fetches, path: string, body: object, headers: object = {}) {
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
  return ask(app, path, init)
}

/** A Standard Schema of somebody's own; refuses what was not sent. */
export function schema(validate: (value: unknown) => unknown): never {
  const document = () => ({ type: 'object' })
  return untyped({
    '~standard': {
      version: 1,
      vendor: 'hostile',
      validate: (value: unknown) =>
        value === undefined || value === null
          ? { issues: [{ message: 'needed' }] }
          : validate(value),
      jsonSchema: { input: document, output: document },
    },
  })
}

/** Runs while unhandled rejections, which end a server's process, are counted instead. */
export async function unhandled(run: () => Promise<unknown>): Promise<number> {
  let count = 0
  const before = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', () => count++)
  try {
    await run()
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
  } finally {
    process.removeAllListeners('unhandledRejection')
    for (const listener of before) process.on('unhandledRejection', listener)
  }
  return count
}
