import type { FlowStep } from './flow-step.ts'
import { registerAnonymous, signInAnonymously } from './flows/anonymous.ts'
import { changeEmail, confirmEmail } from './flows/change-email.ts'
import { deleteAccount } from './flows/delete-account.ts'
import { sendEmailCode, useEmailCode } from './flows/email-code.ts'
import { sendMagicLink, useMagicLink } from './flows/magic-link.ts'
import { me } from './flows/me.ts'
import { CHANGE_PASSWORD_STEP } from './flows/password/change-password-step.ts'
import { LOGIN_STEP } from './flows/password/login-step.ts'
import { REGISTER_STEPS } from './flows/password/register-steps.ts'
import { RESET_STEPS } from './flows/password/reset-steps.ts'
import { SESSION_STEPS } from './flows/session-steps.ts'
import { setUsername } from './flows/user-name.ts'
import { ENROL_STEPS } from './mfa/enrol-steps.ts'
import { OWN_FACTOR_STEPS } from './mfa/own-factor-steps.ts'
import { STEP_UP_STEP } from './mfa/step-up-step.ts'
import { TOTP_STEPS } from './mfa/totp-steps.ts'
import { TRUSTED_STEPS } from './mfa/trusted-steps.ts'
import { VERIFY_STEPS } from './mfa/verify-steps.ts'
import { OPERATOR_STEPS } from './operators/operator-steps.ts'
import { OWN_PASSKEY_STEPS } from './passkeys/own-passkeys.ts'
import { PASSKEY_ENROL_STEPS } from './passkeys/passkey-enrolment.ts'
import { PASSKEY_LOGIN_STEPS } from './passkeys/passkey-login.ts'
import { PASSKEY_REGISTRATION_STEPS } from './passkeys/passkey-registration.ts'
import { PASSKEY_SCRIPT_STEP } from './passkeys/passkey-script.ts'
import { PASSKEY_SECOND_FACTOR_STEPS } from './passkeys/passkey-second-factor.ts'
import { PASSKEY_STEP_UP_STEPS } from './passkeys/passkey-step-up.ts'
import { IDENTITY_STEPS } from './providers/identity-steps.ts'
import { oauthCallback } from './providers/trips/callback-step.ts'
import { oauthExchange } from './providers/trips/exchange-step.ts'
import { oauthLogin } from './providers/trips/login-step.ts'

/** All steps there are, in the order in which people meet them. */
export const FLOW_GRAPH: readonly FlowStep[] = [
  signInAnonymously,
  registerAnonymous,
  ...REGISTER_STEPS,
  LOGIN_STEP,
  ...VERIFY_STEPS,
  ...ENROL_STEPS,
  sendMagicLink,
  useMagicLink,
  sendEmailCode,
  useEmailCode,
  PASSKEY_SCRIPT_STEP,
  ...PASSKEY_LOGIN_STEPS,
  ...PASSKEY_SECOND_FACTOR_STEPS,
  ...PASSKEY_ENROL_STEPS,
  oauthLogin,
  oauthCallback,
  oauthExchange,
  ...RESET_STEPS,
  CHANGE_PASSWORD_STEP,
  me,
  setUsername,
  changeEmail,
  confirmEmail,
  ...PASSKEY_REGISTRATION_STEPS,
  ...OWN_PASSKEY_STEPS,
  ...PASSKEY_STEP_UP_STEPS,
  deleteAccount,
  ...TOTP_STEPS,
  ...OWN_FACTOR_STEPS,
  STEP_UP_STEP,
  ...TRUSTED_STEPS,
  ...IDENTITY_STEPS,
  ...SESSION_STEPS,
  ...OPERATOR_STEPS,
]
