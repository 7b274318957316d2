import type { FormProblems, PageFields } from '../../../pages.ts'

/**
 * What pages say to a problem of a step, at the field that it is about. A table, and not the problem's own text: that is
 * for programs, in English, and says what to send. It says no more than the route does. A lock, and a limit, say
 * their time beside.
 */
export const FORM_PROBLEMS: FormProblems = {
  login_bad_credentials: { field: 'current_password', text: 'accounts.p_wrong_password' },
  login_user_not_verified: 'accounts.p_not_verified',
  account_locked: 'accounts.p_locked',
  account_disabled: 'accounts.p_disabled',
  // Where it is chosen its reasons are told; at a login there is none to choose.
  password_weak: 'accounts.p_breached_reset',
  invalid_link: 'accounts.p_invalid_link',
  invalid_code: { field: 'code', text: 'accounts.p_invalid_code' },
  registration_closed: 'accounts.p_registration_closed',
  invalid_address: { field: 'email', text: 'accounts.p_invalid_address' },
  invalid_username: { field: 'username', text: 'accounts.p_invalid_username' },
  username_taken: { field: 'username', text: 'accounts.p_username_taken' },
  fresh_login_required: 'accounts.p_fresh_login',
  session_not_found: 'accounts.p_session_gone',
  client_credentials_required: 'accounts.p_client',
  invalid_client_credentials: 'accounts.p_client',
  invalid_pre_token: 'accounts.p_step_over',
  mfa_not_enabled: 'accounts.p_step_over',
  mfa_already_enabled: 'accounts.p_totp_there',
  no_mfa_setup: 'accounts.p_step_over',
  mfa_enforced: 'accounts.p_factor_required',
  mfa_factor_unavailable: 'accounts.p_factor_unavailable',
  passkey_refused: 'accounts.p_passkey_refused',
  passkey_missing: 'accounts.p_factor_unavailable',
  passkey_exists: 'accounts.p_passkey_exists',
  passkey_limit: 'accounts.p_passkey_limit',
  passkey_not_found: 'accounts.p_passkey_gone',
  passkey_wrong_origin: 'accounts.p_passkey_refused',
  provider_not_configured: 'accounts.p_provider_refused',
  redirect_not_allowed: 'accounts.p_provider_refused',
  code_challenge_required: 'accounts.p_provider_refused',
  invalid_state: 'accounts.p_provider_refused',
  invalid_nonce: 'accounts.p_provider_refused',
  provider_answer_refused: 'accounts.p_provider_refused',
  provider_unavailable: 'accounts.p_provider_refused',
  oidc_userinfo_failed: 'accounts.p_provider_refused',
  no_email: 'accounts.p_no_email',
  unverified_email: 'accounts.p_no_email',
  link_required: 'accounts.p_link_required',
  identity_taken: 'accounts.p_identity_taken',
  identity_not_found: 'accounts.p_identity_gone',
  last_way_in: 'accounts.p_last_way_in',
  trusted_device_not_found: 'accounts.p_trusted_gone',
}

/** At the login nobody learns which of the two was wrong (ENUM-1). */
const SIGN_IN_PROBLEMS: FormProblems = {
  ...FORM_PROBLEMS,
  login_bad_credentials: 'accounts.p_bad_credentials',
}

/** What one form says: at a field that it has, else above it. */
export function problemsOf(step: string, fields: PageFields): FormProblems {
  const all = step === 'login' ? SIGN_IN_PROBLEMS : FORM_PROBLEMS
  return Object.fromEntries(
    Object.entries(all).map(([code, said]) => {
      const hasField = typeof said === 'object' && Object.hasOwn(fields, said.field)
      return [code, typeof said === 'string' || hasField ? said : said.text]
    }),
  )
}
