import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { inputOver } from '../background/ended-inbound.ts'
import { argumentsOf, type CallState, UNBOUND } from '../call-state.ts'

/** The arguments as views show them. @throws ImproperlyConfigured before they are bound */
export function boundArguments(state: CallState): Readonly<Record<string, unknown>> {
  // A guard that judged by `{}` would let pass what it was to stop (FND-13).
  if (state.args === UNBOUND) throw state.inbound.isOver ? inputOver('args') : notBound()
  return argumentsOf(state)
}

function notBound(): ImproperlyConfigured {
  return new ImproperlyConfigured(
    'call.args was read before the arguments were checked: a guard that reads them is made with ' +
      'inputGuard({ … }), or has needsInput: true',
  )
}
