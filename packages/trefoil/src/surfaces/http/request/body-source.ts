import type { Awaitable } from '../../../base/promise.ts'
import type { Exchange } from '../../../contract/answer/exchange.ts'
import type { RawHeaders } from '../../../web/raw-headers.ts'
import type { BodyLimits } from './body-limits.ts'
import type { FormShape } from './form-shape.ts'

/** A request, as those see it who read its body. */
export interface BodySource {
  readonly rawHeaders: RawHeaders
  readonly exchange: Exchange
  readonly limits: BodyLimits
  /** What a form may hold; `null` for anything. */
  readonly formShape: FormShape | null
  /** The whole body, once someone has asked for it; until then `null`. */
  readonly bytes: Awaitable<Uint8Array> | null
  /** The whole body, read once for bound arguments and handlers alike. */
  readBytes(): Awaitable<Uint8Array>
}
