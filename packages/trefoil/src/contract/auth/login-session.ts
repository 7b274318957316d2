import { isRecord } from '../../base/plain/is-record.ts'
import { checkOptionNames, type OptionNames } from '../options/option-names.ts'

/**
 * The login session that a credential belongs to: which one and since when, never the credential
 * itself. What identifies a caller until it logs out.
 */
export interface LoginSession {
  /** Names the session in records and in a list of sessions; it must not be what opens it. */
  readonly id: string
  /** When it began, seconds since the Unix epoch. */
  readonly createdAt: number
  /** When the person last showed who they are, seconds since the Unix epoch. */
  readonly authTime?: number
  /** How they showed it, such as `pwd` and `otp` (RFC 8176). */
  readonly methods?: readonly string[]
  /** When each of them was shown, seconds since the Unix epoch, where it was not at `authTime`. */
  readonly methodTimes?: Readonly<Record<string, number>>
}

const SESSION: OptionNames<LoginSession> = {
  id: true,
  createdAt: true,
  authTime: true,
  methods: true,
  methodTimes: true,
}

/**
 * A frozen copy, each member read once.
 *
 * @throws TypeError naming the member that cannot be right
 * @throws ImproperlyConfigured for a member that nobody reads: a credential does not belong here
 */
export function readLoginSession(value: unknown): LoginSession | undefined {
  if (value === undefined || value === null) return undefined
  if (!isRecord(value)) throw new TypeError('AuthContext session must be an object')
  checkOptionNames('AuthContext session', value, SESSION)
  const { id, createdAt, authTime, methods, methodTimes } = value
  if (typeof id !== 'string' || id === '') {
    throw new TypeError('AuthContext session.id must be non-empty text')
  }
  return Object.freeze({
    id,
    createdAt: seconds('createdAt', createdAt),
    ...(authTime === undefined ? {} : { authTime: seconds('authTime', authTime) }),
    ...(methods === undefined ? {} : { methods: texts(methods) }),
    ...(methodTimes === undefined ? {} : { methodTimes: times(methodTimes) }),
  })
}

function seconds(member: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw new TypeError(
    `AuthContext session.${member} must be a number, seconds since the Unix epoch`,
  )
}

function times(value: unknown): Readonly<Record<string, number>> {
  if (!isRecord(value)) throw new TypeError('AuthContext session.methodTimes must be an object')
  const entries = Object.entries(value).map(
    ([name, time]) => [name, seconds('methodTimes', time)] as const,
  )
  return Object.freeze(Object.fromEntries(entries))
}

function texts(value: unknown): readonly string[] {
  const list: readonly unknown[] | null = Array.isArray(value) ? [...value] : null
  if (list?.every((item) => typeof item === 'string' && item !== '') !== true) {
    throw new TypeError('AuthContext session.methods must be a list of non-empty texts')
  }
  return Object.freeze(list as readonly string[])
}
