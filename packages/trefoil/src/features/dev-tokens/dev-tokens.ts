import { DEV_ISSUER, type JwtAuth, jwtAuth, type KeyMaterial, type KeyRing } from '../../auth.ts'
import {
  type Call,
  type Clock,
  type Duration,
  HttpError,
  ImproperlyConfigured,
  reply,
} from '../../index.ts'
import { isLoopbackAddress, isThisMachine } from '../../inner.ts'
import {
  definePart,
  kinds,
  type OptionGroup,
  type OptionKind,
  type Part,
  type PartEndpoint,
  processEnvironment,
  REQUIRED,
  readOptions,
  systemClock,
  type Values,
} from '../../parts.ts'
import { Clients, type DevClient, LONGEST } from './clients.ts'
import { readTokenRequest, type TokenRefusal } from './token-request.ts'
import { Tries } from './tries.ts'

/** Options of {@link devTokens}. */
export interface DevTokensOptions {
  /** What signs: the same secret, or ring, that `jwtAuth` of the app verifies with. */
  readonly keys: KeyMaterial | KeyRing
  /** Who may have a token, by client id, which becomes the subject. */
  readonly clients: Readonly<Record<string, DevClient>>
  /** Path of the endpoint. Default `/auth/token`. */
  readonly path?: string
  /** Lifetime of tokens. Default `24h`. */
  readonly expiresIn?: Duration
  /** `aud` of the tokens, where `jwtAuth` of the app names an audience. Default none. */
  readonly audience?: string
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

type DevTokensValues = Values<
  DevTokensOptions,
  {
    keys: unknown
    clients: Readonly<Record<string, unknown>>
    expiresIn: number
    audience: string | null
  }
>

const anything: OptionKind<unknown> = { words: 'value', read: (value) => ({ value }) }

/** The rows of {@link DevTokensOptions}. */
export const DEV_TOKENS: OptionGroup<DevTokensOptions, DevTokensValues> = {
  name: 'devTokens()',
  prefix: 'TREFOIL_DEV_TOKENS',
  rows: {
    keys: {
      read: anything,
      default: REQUIRED,
      doc: 'What signs: the same secret, or ring, that `jwtAuth` of the app verifies with.',
    },
    clients: {
      read: kinds.record<unknown>(
        "{ 'agent-admin': { secret: '…', roles: ['admin'] } }",
        () => null,
      ),
      default: REQUIRED,
      doc: 'Who may have a token, by client id: below.',
    },
    path: {
      read: kinds.kind('a path such as /auth/token', (value): value is string => {
        return typeof value === 'string' && /^\/[A-Za-z0-9._~/-]+$/.test(value)
      }),
      default: '/auth/token',
      doc: 'Path of the endpoint.',
    },
    expiresIn: {
      read: kinds.seconds({ least: 1, most: LONGEST }),
      default: '24h',
      doc: 'Lifetime of tokens.',
    },
    audience: {
      read: kinds.orNull(kinds.text),
      default: null,
      shown: 'none',
      doc: '`aud` of the tokens, where `jwtAuth` of the app names an audience.',
    },
    clock: {
      read: kinds.clock,
      default: systemClock,
      shown: "the machine's",
      doc: 'Source of time.',
    },
  },
}

const NO_STORE = { 'cache-control': 'no-store', pragma: 'no-cache' }
const OTHER_METHODS = ['GET', 'PUT', 'PATCH', 'DELETE']
/** What proxies and tunnels write: behind one of them, every caller seems to be on this machine. */
const FORWARDING =
  /^(?:forwarded|x-forwarded(?:-.*)?|x-original-.*|via|cdn-loop|x-real-ip|.*-client-ip|.*-connecting-ip)$/i

const NOT_POST: TokenRefusal = {
  status: 405,
  error: 'method_not_allowed',
  message: 'Use POST',
}
/** The same for an unknown client and a wrong secret: names are not told either. */
const NOBODY: TokenRefusal = {
  status: 401,
  error: 'invalid_client',
  message: 'Unknown client, or wrong secret',
}
const TOO_MANY: TokenRefusal = {
  status: 429,
  error: 'too_many_requests',
  message: 'Too many wrong secrets; try again later',
}

/**
 * A part that gives out tokens while somebody develops: `POST /auth/token` with a client's id and secret
 * answers a JWT that `jwtAuth` with the same keys accepts. It exists only where `TREFOIL_ENV` is exactly
 * `development` (BOOT-3), answers callers of this machine alone, and its tokens carry {@link DEV_ISSUER},
 * which `jwtAuth` refuses everywhere else.
 *
 * @throws ImproperlyConfigured where `TREFOIL_ENV` is anything else or not set, and for an option that is
 * wrong; starting the app does so where it is to listen beyond this machine
 */
export function devTokens(options: DevTokensOptions): Part {
  requireDevelopment()
  const values = readOptions(DEV_TOKENS, options)
  const { path, expiresIn, clock } = values
  const clients = new Clients(values.clients)
  const jwt = signer(values)
  const tries = new Tries(clock)
  const give = async (call: Call): Promise<unknown> => {
    requireHere(call)
    const asked = await readTokenRequest(call.request)
    if ('error' in asked) return refuse(asked)
    // Nothing waits from here to the count: many at once are as many tries.
    const seconds = tries.wait()
    if (seconds > 0) return refuse(TOO_MANY, { 'retry-after': String(seconds) })
    const granted = clients.find(asked.id, asked.secret)
    if (granted === null) {
      tries.failed()
      return refuse(NOBODY)
    }
    const lifetime = granted.lifetime ?? expiresIn
    const issuedAt = Math.floor(clock.now() / 1000)
    const token = await jwt.createToken(
      { ...granted.claims, iat: issuedAt },
      { expiresIn: `${lifetime}s` },
    )
    return reply(
      { access_token: token, token_type: 'bearer', expires_in: lifetime },
      { headers: NO_STORE, compress: false },
    )
  }
  const others = OTHER_METHODS.map(
    (method): PartEndpoint => ({
      method,
      path,
      public: true,
      handle: (call) => {
        requireHere(call)
        return refuse(NOT_POST, { allow: 'POST' })
      },
    }),
  )
  return definePart({
    name: 'dev-tokens',
    options: DEV_TOKENS,
    risks: () => [
      {
        code: 'dev_tokens',
        message:
          'devTokens() must not be there: it gives a token to whoever knows a secret of the source code',
      },
    ],
    start: ({ host }) => requireLoopback(host),
    endpoints: [{ method: 'POST', path, public: true, handle: give }, ...others],
  })
}

function signer({ keys, audience, clock }: DevTokensValues): JwtAuth {
  try {
    return jwtAuth({
      // Whatever it is, `jwtAuth` looks at it.
      keys: keys as KeyMaterial | KeyRing,
      issuer: DEV_ISSUER,
      ...(audience === null ? {} : { audience }),
      clock,
    })
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    const message = error.message.replace('jwtAuth()', 'devTokens()')
    throw new ImproperlyConfigured(message, { cause: error })
  }
}

/** What is not said is production (BOOT-3): a list of what is forbidden would forget a name. */
function requireDevelopment(): void {
  if (processEnvironment()['TREFOIL_ENV'] === 'development') return
  throw new ImproperlyConfigured(
    'devTokens() exists only where TREFOIL_ENV is development: start with `trefoil dev` or set TREFOIL_ENV=development, ' +
      "and elsewhere leave it out: if (process.env['TREFOIL_ENV'] === 'development') app.include(devTokens(…))",
  )
}

function requireLoopback(host: string | null): void {
  // Where no server of ours listens, each caller's address is looked at, as it is everywhere.
  if (host === null || isThisMachine(host)) return
  throw new ImproperlyConfigured(
    'devTokens() is for this machine alone, and the server would listen beyond it: listen on 127.0.0.1, or leave devTokens() out',
  )
}

/** @throws HttpError 404, as if there were nothing, for everybody who is or may be elsewhere */
function requireHere({ client, request }: Call): void {
  const { address } = client
  const isHere = address !== null && isLoopbackAddress(address)
  if (isHere && ![...request.headers.keys()].some((name) => FORWARDING.test(name))) return
  throw new HttpError(404, 'Not Found')
}

function refuse(refusal: TokenRefusal, headers: Readonly<Record<string, string>> = {}): unknown {
  const { status, error, message } = refusal
  return reply({ error, message }, { status, headers: { ...NO_STORE, ...headers } })
}
