import type { PartRoutes } from '../../parts.ts'
import type { AccountsHouse } from './accounts-house.ts'

/** What whoever takes a step has to show. */
export type StepProof =
  /** Nothing but what is typed, which is guessed at one's own risk. */
  | 'nothing'
  /** What was sent to the mailbox. */
  | 'mailbox'
  /** A login session. */
  | 'session'
  /** A login session, and what shows that its owner is there: the password, a second factor, a fresh login. */
  | 'fresh-session'
  | 'refresh-token'
  /** A passkey: the device was there, and looked at the person. */
  | 'passkey'
  /** What a login answered that waits for a second factor. */
  | 'pre-token'
  /** A provider that has signed who it is, in the browser that asked it. */
  | 'provider'
  /** Rights of an operator. */
  | 'operator'

/** Whose things a step touches. */
export type StepOwner = 'nobody' | 'mailbox' | 'caller' | 'any-account'

/**
 * One step of a flow, as data: the actions are registered from these rows and from nothing else, and so is the
 * matrix of who may take which (docs and tests). A route that is no row does not exist.
 */
export interface FlowStep {
  readonly flow: string
  /** Action name, snake_case. */
  readonly name: string
  readonly method: 'GET' | 'POST' | 'DELETE'
  /** Below the prefix, such as `/login`. */
  readonly path: string
  readonly proof: StepProof
  readonly owner: StepOwner
  /** Names of the steps without which this one cannot be taken. */
  readonly after: readonly string[]
  /** @param path with the prefix */
  register(routes: PartRoutes, path: string, house: AccountsHouse): void
}
