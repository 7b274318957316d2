import { ENTER_CODE, LINK_SENT, MAGIC_LINK, SEND_CODE, SEND_LINK } from './entry/mailbox.ts'
import { PROVIDER_BACK } from './entry/provider.ts'
import { CHECK_MAIL, REGISTER, VERIFY } from './entry/register.ts'
import { FORGOT, RESET, RESET_SENT } from './entry/reset.ts'
import { SIGN_IN, SIGN_OUT, SIGNED_OUT } from './entry/sign-in.ts'
import { CONFIRM_ENROLMENT, ENROL } from './factors/enrol.ts'
import { PASSKEY_FORMS, PASSKEYS } from './factors/passkeys.ts'
import { SECOND_FACTOR, SEND_FACTOR_CODE } from './factors/second-factor.ts'
import { STEP_UP } from './factors/step-up.ts'
import { RECOVERY, RECOVERY_FORMS, TOTP, TOTP_FORMS } from './factors/totp.ts'
import { DELETE, DELETE_FRESH, DELETED } from './member/delete.ts'
import { CONFIRM_EMAIL, EMAIL, EMAIL_FRESH, EMAIL_SENT } from './member/email.ts'
import { OVERVIEW } from './member/overview.ts'
import { PASSWORD, SET_PASSWORD } from './member/password.ts'
import { PROVIDER_FORMS, PROVIDERS } from './member/providers.ts'
import { END_OTHERS, END_SESSION, SESSIONS } from './member/sessions.ts'
import { TRUSTED, TRUSTED_FORMS } from './member/trusted-devices.ts'
import { USERNAME } from './member/username.ts'
import type { FormRow, PageRow } from './page-row.ts'

/** All pages there are, in the order in which people meet them: what is no row is at no address. */
export const PAGE_GRAPH: readonly PageRow[] = [
  SIGN_IN,
  SEND_LINK,
  LINK_SENT,
  MAGIC_LINK,
  SEND_CODE,
  ENTER_CODE,
  PROVIDER_BACK,
  SECOND_FACTOR,
  ENROL,
  REGISTER,
  CHECK_MAIL,
  VERIFY,
  FORGOT,
  RESET_SENT,
  RESET,
  OVERVIEW,
  SESSIONS,
  STEP_UP,
  TOTP,
  RECOVERY,
  PASSKEYS,
  TRUSTED,
  PROVIDERS,
  PASSWORD,
  EMAIL,
  EMAIL_SENT,
  CONFIRM_EMAIL,
  USERNAME,
  DELETE,
  DELETED,
  SIGNED_OUT,
]

/** Forms beside those that stand on their own page; each takes one step of the flow graph. */
export const FORM_GRAPH: readonly FormRow[] = [
  SIGN_OUT,
  SEND_FACTOR_CODE,
  CONFIRM_ENROLMENT,
  ...TOTP_FORMS,
  ...RECOVERY_FORMS,
  ...PASSKEY_FORMS,
  ...TRUSTED_FORMS,
  ...PROVIDER_FORMS,
  END_SESSION,
  END_OTHERS,
  SET_PASSWORD,
  EMAIL_FRESH,
  DELETE_FRESH,
]
