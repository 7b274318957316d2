import { isRecord } from '../base/plain/is-record.ts'
import { Problem, refuseAs } from '../contract/problems/problem.ts'
import type { ActionTarget } from '../contract/protocol/action-protocol.ts'
import type { Context } from './context.ts'

/** Milliseconds after which somebody who waits for a call to be closed is told so. */
const PATIENCE_MS = 500

/**
 * Uses a target whose calls are called off when the command has to end. What was done all the same,
 * because the end came too late, is an answer; a refusal that only says that the caller left is told
 * as what it is: out of time, or interrupted (FND-22).
 *
 * @throws Problem why the command ended early
 */
export async function untilEnd<Value>(
  { time, io }: Pick<Context, 'time' | 'io'>,
  target: ActionTarget,
  use: (target: ActionTarget) => Promise<Value>,
): Promise<Value> {
  let isSent = false
  let patience: NodeJS.Timeout | undefined
  const forget = time.onEnd(() => {
    const tell = () =>
      io.stderr.write('trefoil: closing what the call opened; again ends at once\n')
    patience = setTimeout(tell, PATIENCE_MS)
  })
  try {
    const value = await use({
      ...target,
      manifest: () => target.manifest(),
      call: (request) => {
        isSent = true
        return target.call(request)
      },
    })
    const { ended } = time
    if (ended === null || !isRecord(value) || !isRecord(value['error'])) return value
    throw earlyEnd(ended, isSent ? value : null)
  } finally {
    forget()
    clearTimeout(patience)
  }
}

/** @param refused what the call came to; `null` when none was made */
function earlyEnd(ended: Problem, refused: Readonly<Record<string, unknown>> | null): Problem {
  const error = refused?.['error']
  // A remote does not say whether it had begun.
  const mayBeDone = refused !== null && !(isRecord(error) && error['started'] === false)
  if (!mayBeDone)
    return refuseAs(Problem.knownOf(ended), { detail: `${ended.detail}; nothing was done` })
  return refuseAs(Problem.knownOf(ended), {
    detail: `${ended.detail}; the action may have been done`,
    fix: 'Find out whether it was done before repeating the call.',
  })
}
