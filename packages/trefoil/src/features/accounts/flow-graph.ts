import type { FlowStep } from './flow-step.ts'
import { registerAnonymous, signInAnonymously } from './flows/anonymous.ts'
import { changeEmail, confirmEmail } from './flows/change-email.ts'
import { deleteAccount } from './flows/delete-account.ts'
import { sendEmailCode, useEmailCode } from './flows/email-code.ts'
import { sendMagicLink, useMagicLink } from './flows/magic-link.ts'
import { me } from './flows/me.ts'
import { setUsername } from './flows/user-name.ts'
import { OPERATOR_STEPS } from './operators/operator-steps.ts'

/** All steps there are, in the order in which people meet them. */
export const FLOW_GRAPH: readonly FlowStep[] = [
  signInAnonymously,
  registerAnonymous,
  sendMagicLink,
  useMagicLink,
  sendEmailCode,
  useEmailCode,
  me,
  setUsername,
  changeEmail,
  confirmEmail,
  deleteAccount,
  ...OPERATOR_STEPS,
]
