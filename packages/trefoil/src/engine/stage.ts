import type { StageOf } from './plan-shape.ts'
import type { RunningCall } from './running-call.ts'

/** One check of a call: nothing lets it go on, a problem ends it. */
export type Stage = StageOf<RunningCall>
