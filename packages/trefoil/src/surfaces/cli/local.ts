import type { Action } from '../../contract/action.ts'
import {
  type ActionAnswer,
  type ActionCallRequest,
  type ActionTarget,
  CALL_PATH,
  MANIFEST_PATH,
  type Manifest,
  type ProblemEnvelope,
} from '../../contract/action-protocol.ts'
import type { LocalCredentials } from '../../contract/app-handle.ts'
import { refuse } from '../../contract/problem.ts'
import type { Inbound, RawArguments } from '../../engine/inbound.ts'
import type { Plan } from '../../engine/plan.ts'
import { run } from '../../engine/run.ts'
import { RunningCall } from '../../engine/running-call.ts'
import { layOutArguments } from '../agent/action-arguments.ts'
import type { CliParts } from './cli-parts.ts'
import { actionAnswer, problemEnvelope, unknownAction } from './envelope.ts'

/** Actions called in this process: the same plans and envelopes as over the network. */
export function createLocalActions(parts: CliParts, credentials: LocalCredentials): ActionTarget {
  return {
    manifest: () => manifest(parts, credentials),
    call: (request) => call(parts, credentials, request),
  }
}

async function manifest(
  parts: CliParts,
  credentials: LocalCredentials,
): Promise<Manifest | ProblemEnvelope> {
  const inbound = new LocalInbound('GET', MANIFEST_PATH, credentials, { action: '' })
  const { call: discovery, outcome } = await walk(parts, parts.discovery, inbound)
  return outcome.ok ? parts.manifest : problemEnvelope(outcome.problem, discovery.requestId)
}

async function call(
  parts: CliParts,
  credentials: LocalCredentials,
  request: ActionCallRequest,
): Promise<ActionAnswer> {
  const inbound = new LocalInbound('POST', CALL_PATH, credentials, request)
  // A hook never sees a blank token, whichever way it came (RPC-4).
  const blank = request.approval_token?.trim() === ''
  const plan = blank ? undefined : parts.plans.get(request.action)
  const { call: running, outcome } = await walk(parts, plan ?? parts.discovery, inbound)
  if (plan === undefined && outcome.ok) {
    const problem = blank ? refuse('invalid_approval') : unknownAction(request.action)
    return problemEnvelope(problem, running.requestId)
  }
  const answer = await actionAnswer(running, outcome, parts.maxResponseSize)
  inbound.done()
  return answer
}

async function walk(
  parts: CliParts,
  plan: Plan,
  inbound: LocalInbound,
): Promise<{ call: RunningCall; outcome: Awaited<ReturnType<typeof run>> }> {
  const running = new RunningCall(plan, inbound, 'local', parts.app.nextId())
  return { call: running, outcome: await run(running) }
}

/** A call made by the person at this terminal: no network, no host, no address. */
class LocalInbound implements Inbound {
  readonly method: string
  readonly path: string
  readonly search = ''
  readonly scheme = 'http'
  readonly host = ''
  readonly clientAddress = null
  readonly rawHeaders: readonly string[]
  readonly showsHeaders = false
  readonly cspNonce = ''
  readonly approvalToken: string | null
  readonly dryRun: boolean
  readonly #args: Readonly<Record<string, unknown>>
  readonly #signal: AbortSignal | undefined
  readonly #doneListeners: (() => void)[] = []

  constructor(
    method: string,
    path: string,
    { headers, signal }: LocalCredentials,
    request: ActionCallRequest,
  ) {
    this.method = method
    this.path = path
    this.rawHeaders = headers
    this.#signal = signal
    this.#args = request.arguments ?? {}
    this.approvalToken = request.approval_token ?? null
    this.dryRun = request.dry_run ?? false
  }

  get aborted(): boolean {
    return this.#signal?.aborted ?? false
  }

  onAbort(listener: () => void): void {
    this.#signal?.addEventListener('abort', listener, { once: true })
  }

  onDone(listener: () => void): void {
    this.#doneListeners.push(listener)
  }

  done(): void {
    for (const listener of this.#doneListeners.splice(0)) listener()
  }

  readArguments(action: Action): RawArguments {
    return layOutArguments(action, this.#args, 'cli')
  }
}
