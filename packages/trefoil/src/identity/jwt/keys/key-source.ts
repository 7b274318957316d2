import type { Awaitable } from '../../../base/promise.ts'
import type { Logger } from '../../../contract/call/logger.ts'
import type { CompactToken } from '../compact-token.ts'
import type { JwtHeader } from '../header-check.ts'

/** A key that tokens are verified with, as a verdict remembers it. */
export interface TrustedKey {
  /** True, for good, once its source no longer has it: verdicts that rest on it are over. */
  readonly retired: boolean
}

/** Has a log, which is not made before it is asked for: a call that goes well needs none. */
export interface LogsHere {
  readonly log: Logger
}

/** Why no key of a source signed a token. */
export type KeyRefusal = 'wrong_algorithm' | 'unknown_key' | 'bad_signature'

/** Where the keys come from that tokens are verified with. */
export interface KeySource {
  /** Another number when other keys count: a signature that was refused may be right now. */
  readonly version: number
  /**
   * False when its keys are so old that no remembered verdict may rest on them. Asked with every call,
   * and the place where a source that fetches its keys notices that it is time.
   */
  isCurrent(): boolean
  /**
   * Which of its keys signed a token. The header says which key to try, never how: a key has one
   * algorithm (RFC 8725 §3.1), and a token that could choose would have a public key taken for a secret.
   *
   * @param caller whose log is told when keys cannot be had
   * @throws Error when there are no keys at the moment, which is not the token's fault
   */
  verify(
    token: CompactToken,
    header: JwtHeader,
    caller: LogsHere | null,
  ): Awaitable<TrustedKey | KeyRefusal>
  /** Fetches what there is to fetch. */
  start(): Promise<void>
}
