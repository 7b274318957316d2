import type { LoginSession } from '../../../auth.ts'
import type { StoredAccount } from '../account.ts'

/** When each method was shown; milliseconds since the Unix epoch. */
export type MethodTimes = Readonly<Record<string, number>>

/**
 * What says that the gate of second factors was asked about a session that is about to begin. The gate alone makes one:
 * without it no session begins (MFA-1).
 */
export class GatePass {
  readonly #account: string
  readonly #epoch: number
  /** What the session will say of how it was begun. */
  readonly methods: readonly string[]
  readonly times: MethodTimes
  /** When its person last showed who they are. */
  readonly authTime: number
  /** False for a session that takes the place of another one. */
  readonly isLogin: boolean

  /** For the gate alone; `test/architecture` looks. */
  constructor(
    { id, epoch }: Pick<StoredAccount, 'id' | 'epoch'>,
    times: MethodTimes,
    now: number,
    isLogin: boolean,
  ) {
    this.#account = id
    this.#epoch = epoch
    this.times = Object.freeze({ ...times })
    this.methods = Object.freeze(Object.keys(times))
    const all = Object.values(times)
    this.authTime = all.length === 0 ? now : Math.max(...all)
    this.isLogin = isLogin
    Object.freeze(this)
  }

  /** True for the account that the gate was asked about, as it was then. */
  isOf({ id, epoch }: Pick<StoredAccount, 'id' | 'epoch'>): boolean {
    return id === this.#account && epoch === this.#epoch
  }
}

/** What a session had shown, and when; a session of before knows one time for all. */
export function timesOf({ authTime, createdAt, methods, methodTimes }: LoginSession): MethodTimes {
  const all = authTime ?? createdAt
  return Object.fromEntries(
    (methods ?? []).map((method) => [method, (methodTimes?.[method] ?? all) * 1000]),
  )
}
