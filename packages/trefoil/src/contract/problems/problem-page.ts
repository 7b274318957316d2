import type { HeaderReader } from '../call/call-facts.ts'
import type { Problem } from './problem.ts'

/** The request that was refused, as far as a page about it may need it. No arguments: they may never have been read. */
export interface RefusedRequest {
  readonly method: string
  /** Path without the query, as received. */
  readonly path: string
  /** Query string without `?`; empty when there is none. */
  readonly search: string
  /** Path that the app is mounted under; empty when it stands alone. */
  readonly mountPath: string
  readonly requestId: string
  /** Credentials are gone from them. */
  readonly headers: HeaderReader
}

/** What a person is shown in the place of a problem document: a page, or another place to go to. */
export interface ShownProblem {
  /** A whole page, sent with the status and the headers of the problem. What came from a caller must be escaped in it. */
  readonly html?: string
  /** A place on this site, such as `/sign-in`: the browser is sent there with 303. Not together with `html`. */
  readonly location?: string
}

/**
 * Shows a refusal to a person: asked where the browser prefers HTML, whatever refused the call (a limit, the
 * authenticator, a guard, an argument, the handler). Synchronous: it stands where an overload is refused too.
 *
 * @returns `null` for the problem document
 */
export type ProblemPage = (problem: Problem, request: RefusedRequest) => ShownProblem | null
