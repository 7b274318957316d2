import type { FlowStep } from './flow-step.ts'
import { CHANGE_PASSWORD_STEP } from './flows/change-password-step.ts'
import { LOGIN_STEP } from './flows/login-step.ts'
import { REGISTER_STEPS } from './flows/register-steps.ts'
import { RESET_STEPS } from './flows/reset-steps.ts'
import { SESSION_STEPS } from './flows/session-steps.ts'
import { OPERATOR_STEPS } from './operators/operator-steps.ts'

/** All steps there are, in the order in which people meet them. */
export const FLOW_GRAPH: readonly FlowStep[] = [
  ...REGISTER_STEPS,
  LOGIN_STEP,
  ...RESET_STEPS,
  CHANGE_PASSWORD_STEP,
  ...OPERATOR_STEPS,
  ...SESSION_STEPS,
]
