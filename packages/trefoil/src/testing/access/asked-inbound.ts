import type { ClientFacts } from '../../contract/call/call-facts.ts'
import { refuse } from '../../contract/problems/problem.ts'
import type { Inbound } from '../../engine/inbound.ts'
import { ClientView } from '../../surfaces/client-view.ts'

const NO_CLIENT: ClientFacts = new ClientView({ clientAddress: null }, [])

/** A call that nobody sent: the checks are asked what they would say of it. */
export class AskedInbound implements Inbound {
  readonly method: string
  readonly path: string
  readonly search = ''
  readonly scheme = 'https'
  readonly host = 'localhost'
  readonly client: ClientFacts = NO_CLIENT
  readonly rawHeaders: readonly string[]
  readonly showsHeaders = false
  readonly approvalToken = null
  readonly dryRun = true
  readonly cspNonce = ''
  readonly wholeAnswers = null
  readonly receivedAt = null
  readonly cancels = false
  readonly aborted = false
  readonly stop = null

  constructor(method: string, path: string, token: string | null) {
    this.method = method
    this.path = path
    this.rawHeaders = token === null ? [] : ['authorization', `Bearer ${token}`]
  }

  onAbort(): void {
    // Nobody leaves who never came.
  }

  onDone(): void {
    // There is no answer that could be complete.
  }

  /** The plan that is asked has no stage that reads arguments. */
  readArguments(): never {
    throw refuse('INTERNAL_ERROR')
  }
}
