import type { ClientFacts } from '../../contract/call/call-facts.ts'
import type { Inbound } from '../inbound.ts'

/**
 * The input of a call that has been answered, for the work that goes on after it. It is gone, and says
 * so: a provider that looked for a tenant in headers and found none would open the wrong thing.
 */
export class EndedInbound implements Inbound {
  readonly isOver = true
  readonly client: ClientFacts
  readonly approvalToken = null
  readonly dryRun = false
  readonly cspNonce = ''
  readonly wholeAnswers = null
  readonly receivedAt = null
  readonly cancels = false
  readonly aborted = false
  readonly stop = null

  constructor(client: ClientFacts) {
    this.client = client
  }

  get showsHeaders(): boolean {
    throw inputOver('request')
  }
  get rawHeaders(): readonly string[] {
    throw inputOver('request')
  }
  get cookies(): never {
    throw inputOver('request')
  }
  get method(): string {
    throw inputOver('request')
  }
  get path(): string {
    throw inputOver('request')
  }
  get search(): string {
    throw inputOver('request')
  }
  get scheme(): 'http' | 'https' {
    throw inputOver('request')
  }
  get host(): string {
    throw inputOver('request')
  }

  onAbort(): void {}

  onDone(listener: () => void): void {
    listener()
  }

  readArguments(): never {
    throw inputOver('args')
  }
}

export function inputOver(member: string): Error {
  return new Error(
    `call.${member} was read in background work, where the call is over; take what the task needs of it before`,
  )
}
