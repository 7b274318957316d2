import { defineProblems, type ProblemSet } from '../../index.ts'

/** Codes of {@link accountsProblems}. The page's upper-case words are the texts. */
export type AccountsProblem =
  | 'login_bad_credentials'
  | 'login_user_not_verified'
  | 'account_locked'
  | 'account_disabled'
  | 'password_weak'
  | 'invalid_link'
  | 'invalid_code'
  | 'missing_refresh_token'
  | 'invalid_refresh_token'
  | 'client_credentials_required'
  | 'invalid_client_credentials'
  | 'session_not_found'
  | 'account_not_found'
  | 'username_taken'
  | 'registration_closed'
  | 'invalid_address'
  | 'invalid_username'
  | 'fresh_login_required'
  | 'account_exists'
  | 'account_without_address'
  | 'unknown_role'
  | 'operator_outranked'
  | 'own_account'
  | 'passkey_refused'
  | 'passkey_missing'
  | 'passkey_exists'
  | 'passkey_limit'
  | 'passkey_not_found'
  | 'passkey_wrong_origin'
  | 'MFA_REQUIRED'
  | 'invalid_pre_token'
  | 'mfa_not_enabled'
  | 'mfa_already_enabled'
  | 'no_mfa_setup'
  | 'mfa_enforced'
  | 'trusted_device_not_found'
  | 'mfa_factor_unavailable'
  | 'provider_not_configured'
  | 'redirect_not_allowed'
  | 'code_challenge_required'
  | 'invalid_state'
  | 'invalid_nonce'
  | 'provider_answer_refused'
  | 'provider_unavailable'
  | 'oidc_userinfo_failed'
  | 'no_email'
  | 'unverified_email'
  | 'link_required'
  | 'identity_taken'
  | 'identity_not_found'
  | 'last_way_in'

/** What flows of accounts end with. */
export const accountsProblems: ProblemSet<AccountsProblem> = defineProblems('accounts', {
  login_bad_credentials: {
    status: 400,
    text: 'LOGIN_BAD_CREDENTIALS',
    fix: 'Check the address and the password; whoever has no account registers first.',
  },
  login_user_not_verified: {
    status: 400,
    text: 'LOGIN_USER_NOT_VERIFIED',
    fix: 'Open the link in the mail that was sent at registration; register again for another one.',
  },
  account_locked: {
    status: 429,
    text: 'Too many failed attempts',
    fix: 'Wait for as many seconds as Retry-After says, or reset the password.',
  },
  account_disabled: {
    status: 401,
    text: 'account_disabled',
    fix: 'Ask whoever runs this service.',
  },
  password_weak: {
    status: 400,
    text: 'The password is too weak',
    fix: 'Choose another one; `reasons` says why this one is refused.',
  },
  invalid_link: {
    status: 400,
    text: 'This link is not valid any more',
    fix: 'Ask for a new one.',
  },
  invalid_code: {
    status: 400,
    text: 'This code is not valid',
    fix: 'Check the code, or ask for a new one.',
  },
  missing_refresh_token: {
    status: 401,
    text: 'missing_refresh_token',
    fix: 'Send refresh_token in the body.',
  },
  invalid_refresh_token: {
    status: 401,
    text: 'invalid_refresh_token',
    fix: 'Sign in again.',
  },
  client_credentials_required: {
    status: 401,
    text: 'client_credentials_required',
    fix: 'Send client_id and client_secret.',
  },
  invalid_client_credentials: {
    status: 401,
    text: 'invalid_client_credentials',
    fix: 'Check client_id and client_secret.',
  },
  session_not_found: {
    status: 404,
    text: 'session_not_found',
    fix: 'List the sessions to see which there are.',
  },
  account_not_found: {
    status: 404,
    text: 'There is no such account',
    fix: 'Check the id, or the address.',
  },
  username_taken: {
    status: 409,
    text: 'This user name is taken',
    fix: 'Choose another one.',
  },
  registration_closed: {
    status: 403,
    text: 'Nobody can register here',
    fix: 'Ask whoever runs this service for an account.',
  },
  invalid_address: {
    status: 400,
    text: 'This is no address of a mailbox',
    fix: 'Write it as name@example.com.',
  },
  invalid_username: {
    status: 400,
    text: 'This is no user name',
    fix: 'Use 3 to 32 letters, digits, dots, hyphens or underscores.',
  },
  fresh_login_required: {
    status: 401,
    text: 'This needs a login of the last few minutes',
    fix: 'Sign in again, or send the current password.',
  },
  account_exists: {
    status: 409,
    text: 'There is an account with this address or user name',
    fix: 'List the accounts to find it.',
  },
  account_without_address: {
    status: 409,
    text: 'This account has no address',
    fix: 'It can be signed in to by whoever is; nothing can be sent to it.',
  },
  unknown_role: {
    status: 422,
    text: 'Accounts cannot have this role',
    fix: 'Use one of the option roles of accounts().',
  },
  operator_outranked: {
    status: 403,
    text: 'This needs roles that you do not have yourself',
    fix: 'Ask an operator who has them, or use `trefoil accounts` where the database is.',
  },
  own_account: {
    status: 409,
    text: 'This is your own account',
    fix: 'Ask another operator, or use `trefoil accounts` where the database is.',
  },
  passkey_refused: {
    status: 400,
    text: 'This passkey is not accepted',
    fix: 'Ask for a new challenge and try once more, or sign in another way.',
  },
  passkey_missing: {
    status: 400,
    text: 'This account has no passkey',
    fix: 'Use another second factor, or register a passkey first.',
  },
  passkey_exists: {
    status: 409,
    text: 'This passkey is registered already',
    fix: 'Use it, or make one on another device.',
  },
  passkey_limit: {
    status: 409,
    text: 'This account has as many passkeys as it may have',
    fix: 'Remove one that is not used any more.',
  },
  passkey_not_found: {
    status: 404,
    text: 'There is no such passkey',
    fix: 'List your passkeys to see which there are.',
  },
  passkey_wrong_origin: {
    status: 400,
    text: 'This page cannot use passkeys',
    fix: 'Open the page at an origin of the option passkeys of accounts().',
  },
  // In the words that clients of before know.
  MFA_REQUIRED: {
    status: 401,
    text: 'MFA_REQUIRED',
    fix: 'Send `pre_token` and a code to /auth/mfa/verify (below the prefix of this login); where `needs` is `enrol`, set up a second factor with it first.',
  },
  invalid_pre_token: {
    status: 401,
    text: 'Invalid pre-auth token',
    fix: 'Sign in again.',
  },
  mfa_not_enabled: {
    status: 400,
    text: 'MFA not enabled',
    fix: 'Set up a second factor first.',
  },
  mfa_already_enabled: {
    status: 400,
    text: 'MFA already enabled',
    fix: 'Remove the second factor first, or add another kind.',
  },
  no_mfa_setup: {
    status: 400,
    text: 'No setup in progress',
    fix: 'Start setting it up again.',
  },
  mfa_enforced: {
    status: 409,
    text: 'A second factor is required here',
    fix: 'Set up another one before this one is removed.',
  },
  mfa_factor_unavailable: {
    status: 400,
    text: 'This factor cannot be used here',
    fix: 'Use one that `factors` of the login names.',
  },
  trusted_device_not_found: {
    status: 404,
    text: 'There is no such device',
    fix: 'List the devices to see which there are.',
  },
  provider_not_configured: {
    status: 404,
    text: 'Provider not configured',
    fix: 'Use a name of the option providers of accounts().',
  },
  redirect_not_allowed: {
    status: 400,
    text: 'redirect_not_allowed',
    fix: 'Give a path that begins with one slash, or a URL of an origin that is listed in oauth.returnOrigins.',
  },
  code_challenge_required: {
    status: 400,
    text: 'code_challenge_required',
    fix: 'Send code_challenge: SHA-256 of a random code_verifier in base64url (RFC 7636, S256).',
  },
  invalid_state: {
    status: 400,
    text: 'invalid_state',
    fix: 'Begin again, in this browser; a login with a provider ends after ten minutes and works once.',
  },
  invalid_nonce: {
    status: 400,
    text: 'invalid_nonce',
    fix: 'Begin again.',
  },
  provider_answer_refused: {
    status: 400,
    text: "The provider's answer was not accepted",
    fix: 'Begin again; the log of the app says why.',
  },
  provider_unavailable: {
    status: 502,
    text: 'The provider cannot be asked',
    fix: 'Try again later, or sign in another way.',
  },
  oidc_userinfo_failed: {
    status: 400,
    text: 'oidc_userinfo_failed',
    fix: 'Begin again; the log of the app says why.',
  },
  no_email: {
    status: 400,
    text: 'No email from provider',
    fix: 'Allow the provider to say your address, or sign in another way.',
  },
  unverified_email: {
    status: 400,
    text: 'unverified_email',
    fix: 'Have the provider verify your address, or sign in another way.',
  },
  link_required: {
    status: 409,
    text: 'There is an account with this address',
    fix: 'Sign in to it as before, and add the provider there.',
  },
  identity_taken: {
    status: 409,
    text: 'This is the way in of another account',
    fix: 'Sign in by it, and remove it there.',
  },
  identity_not_found: {
    status: 404,
    text: 'You do not sign in by this',
    fix: 'List the providers to see which there are.',
  },
  last_way_in: {
    status: 409,
    text: 'Nothing else signs in to this account',
    fix: 'Add another way first.',
  },
})
