import type { Awaitable } from '../base/promise.ts'
import type { Problem } from '../contract/problem.ts'
import type { RunningCall } from './running-call.ts'

/** One check of a call: nothing lets it go on, a problem ends it. */
export type Stage = (call: RunningCall) => Awaitable<Problem | undefined>
