import type { Clock } from '../../base/clock.ts'
import { freezeClass } from '../../base/plain/freeze-class.ts'
import type { ActionFacts } from '../../contract/call/call-facts.ts'
import type { Entrypoint, SurfaceName } from '../../contract/call/surface-name.ts'
import type { Trace } from '../../contract/call/trace.ts'
import type { ObservedCall, ParentSpan } from '../../contract/ports/observer.ts'
import type { TraceSource } from '../../record/trace-source.ts'
import type { CallIds } from '../call-ids.ts'

/** Where a call comes from: its ids, and the trace of whoever sent it. */
export interface ObservedIds extends CallIds {
  readonly traceSource?: TraceSource | null
}

/** What is observed of a call, as far as it is known before it begins. */
export interface ObservedSite {
  readonly surface: SurfaceName
  readonly entrypoint: Entrypoint
  readonly action: ActionFacts | null
}

/** A call for those who look on: nothing that leads to a credential, an argument or a check. */
export class CallInSight implements ObservedCall {
  readonly #ids: ObservedIds
  readonly #site: ObservedSite
  readonly #clock: Clock

  constructor(ids: ObservedIds, site: ObservedSite, clock: Clock) {
    this.#ids = ids
    this.#site = site
    this.#clock = clock
    Object.preventExtensions(this)
  }

  get callId(): string {
    return this.#ids.callId
  }
  get requestId(): string {
    return this.#ids.requestId
  }
  get surface(): SurfaceName {
    return this.#site.surface
  }
  get entrypoint(): Entrypoint {
    return this.#site.entrypoint
  }
  get action(): ActionFacts | null {
    return this.#site.action
  }
  get time(): number {
    const now = this.#clock.elapsed()
    return this.#clock.now() - (now - (this.#ids.receivedAt ?? now))
  }
  get parent(): ParentSpan | null {
    const sent = this.#ids.traceSource?.sent ?? null
    if (sent === null) return null
    const { traceId, spanId, flags } = sent.parent
    return { traceId, spanId, sampled: isSampled(flags), tracestate: sent.state }
  }
  get trace(): Trace | null {
    return this.#ids.trace ?? null
  }

  adoptTrace(span: Pick<ParentSpan, 'traceId' | 'spanId' | 'sampled'>): boolean {
    return this.#ids.traceSource?.adopt(span) ?? false
  }

  toJSON(): object {
    const { callId, requestId, surface, entrypoint } = this
    return { callId, requestId, surface, entrypoint, action: this.action?.name ?? null }
  }
}

freezeClass(CallInSight)

function isSampled(flags: string): boolean {
  return (Number.parseInt(flags, 16) & 1) === 1
}
