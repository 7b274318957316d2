import { hash, randomBytes } from 'node:crypto'

/** What a token is for. One kind never passes for another: the prefix is part of what is kept (SW-13). */
export type TokenKind = 'access' | 'refresh' | 'cookie' | 'step'

/** Words that people and programs that look for leaked secrets know them by. */
const PREFIX: Readonly<Record<TokenKind, string>> = {
  access: 'tfl_at_',
  refresh: 'tfl_rt_',
  cookie: 'tfl_ls_',
  step: 'tfl_st_',
}
/** 24 bytes. */
const ID_LENGTH = 32
/** 32 bytes: 256 bits that nobody can guess (SES-1). */
const SECRET_LENGTH = 43
const SUM_LENGTH = 6
const LETTERS = /^[A-Za-z0-9_-]+$/

/** A token as its holder has it: shown once, kept as a digest. */
export interface TokenText {
  readonly text: string
  readonly digest: string
}

/** @param session id of the session, or the step, that it opens; none for refresh tokens, which are found by their digest */
export function makeToken(kind: TokenKind, session: string | null): TokenText {
  const secret = randomBytes(32).toString('base64url')
  const body = PREFIX[kind] + (session === null ? '' : `${session}.`) + secret
  const text = body + checksum(body)
  return { text, digest: digestOf(text) }
}

/**
 * Of what has the form that {@link makeToken} gives, and its checksum: what was mistyped, cut off or made up
 * costs no look into the store.
 *
 * @returns id of the session or the step, empty for a refresh token; `null` for anything else
 */
export function readToken(kind: TokenKind, text: string): string | null {
  const prefix = PREFIX[kind]
  const idLength = kind === 'refresh' ? 0 : ID_LENGTH
  const dot = kind === 'refresh' ? 0 : 1
  if (text.length !== prefix.length + idLength + dot + SECRET_LENGTH + SUM_LENGTH) return null
  if (!text.startsWith(prefix)) return null
  const id = text.slice(prefix.length, prefix.length + idLength)
  const rest = text.slice(prefix.length + idLength)
  if (dot === 1 && (rest[0] !== '.' || !LETTERS.test(id))) return null
  if (!LETTERS.test(rest.slice(dot))) return null
  const body = text.slice(0, -SUM_LENGTH)
  return checksum(body) === text.slice(-SUM_LENGTH) ? id : null
}

/** True for what means to be one, good or bad. */
export function looksLike(kind: TokenKind, text: string): boolean {
  return text.startsWith(PREFIX[kind])
}

/** SHA-256, base64url: what is random needs no salt and no slow hash (V-04). */
export function digestOf(text: string): string {
  return hash('sha256', text, 'base64url')
}

/** Of the form alone: it keeps nobody out. */
function checksum(body: string): string {
  return hash('sha256', `trefoil ${body}`, 'base64url').slice(0, SUM_LENGTH)
}
