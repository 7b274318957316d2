import { type CallRequest, Problem } from '../../index.ts'

/** Bytes (P-TOK-4). */
const MAX_BODY = 65_536

/** Why no token is given, as the caller reads it (P-TOK-4). */
export interface TokenRefusal {
  readonly status: number
  readonly error: string
  readonly message: string
}

/** What was asked for. */
export interface TokenRequest {
  readonly id: string
  readonly secret: string
}

const TOO_LARGE: TokenRefusal = {
  status: 413,
  error: 'payload_too_large',
  message: `Send at most ${MAX_BODY} bytes`,
}
const NO_JSON = invalid('Send JSON: {"client_id": "…", "client_secret": "…"}')
const INCOMPLETE = invalid('client_id and client_secret are required, both as text')
const NO_REFRESH = invalid('Refresh tokens are not given out; ask with client_id and client_secret')
const OTHER_GRANT: TokenRefusal = {
  status: 400,
  error: 'unsupported_grant_type',
  message: "grant_type must be 'client_credentials', or left out",
}

/** @throws Problem when the caller goes away in the middle */
export async function readTokenRequest(request: CallRequest): Promise<TokenRequest | TokenRefusal> {
  let sent: unknown
  try {
    if ((await request.body()).length > MAX_BODY) return TOO_LARGE
    sent = await request.json()
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    if (error.code === 'payload_too_large') return TOO_LARGE
    if (error.code === 'invalid_json') return NO_JSON
    throw error
  }
  // A list has none of the members, and text is no object (PW-34).
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) return NO_JSON
  const id = own(sent, 'client_id')
  const secret = own(sent, 'client_secret')
  const grant = own(sent, 'grant_type')
  if (grant === 'refresh_token') return NO_REFRESH
  if (grant !== undefined && grant !== 'client_credentials') return OTHER_GRANT
  if (typeof id !== 'string' || typeof secret !== 'string') return INCOMPLETE
  return id === '' || secret === '' ? INCOMPLETE : { id, secret }
}

function own(value: object, name: string): unknown {
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined
}

function invalid(message: string): TokenRefusal {
  return { status: 400, error: 'invalid_request', message }
}
