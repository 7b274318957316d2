import {
  ENTER_CODE,
  ENTER_CODE_FORM,
  LINK_SENT,
  MAGIC_LINK,
  MAGIC_LINK_FORM,
  SEND_CODE,
  SEND_CODE_FORM,
  SEND_LINK,
  SEND_LINK_FORM,
} from './entry/mailbox.ts'
import {
  CHECK_MAIL,
  REGISTER,
  REGISTER_FORM,
  RESEND_FORM,
  VERIFY,
  VERIFY_FORM,
} from './entry/register.ts'
import { FORGOT, FORGOT_FORM, RESET, RESET_FORM, RESET_SENT } from './entry/reset.ts'
import { SIGN_IN, SIGN_IN_FORM, SIGN_OUT_FORM, SIGNED_OUT } from './entry/sign-in.ts'
import { DELETE, DELETE_FORM, DELETED } from './member/delete.ts'
import { CONFIRM_EMAIL, CONFIRM_EMAIL_FORM, EMAIL, EMAIL_FORM, EMAIL_SENT } from './member/email.ts'
import { OVERVIEW } from './member/overview.ts'
import { PASSWORD, PASSWORD_FORM } from './member/password.ts'
import { END_OTHERS_FORM, END_SESSION_FORM, SESSIONS } from './member/sessions.ts'
import { USERNAME, USERNAME_FORM } from './member/username.ts'
import type { FormRow, PageRow } from './page-row.ts'

/** All pages there are, in the order in which people meet them: what is no row is at no address. */
export const PAGE_GRAPH: readonly PageRow[] = [
  SIGN_IN,
  SEND_LINK,
  LINK_SENT,
  MAGIC_LINK,
  SEND_CODE,
  ENTER_CODE,
  REGISTER,
  CHECK_MAIL,
  VERIFY,
  FORGOT,
  RESET_SENT,
  RESET,
  OVERVIEW,
  SESSIONS,
  PASSWORD,
  EMAIL,
  EMAIL_SENT,
  CONFIRM_EMAIL,
  USERNAME,
  DELETE,
  DELETED,
  SIGNED_OUT,
]

/** What can be sent by them; each takes one step of the flow graph. */
export const FORM_GRAPH: readonly FormRow[] = [
  SIGN_IN_FORM,
  SEND_LINK_FORM,
  MAGIC_LINK_FORM,
  SEND_CODE_FORM,
  ENTER_CODE_FORM,
  REGISTER_FORM,
  RESEND_FORM,
  VERIFY_FORM,
  FORGOT_FORM,
  RESET_FORM,
  END_SESSION_FORM,
  END_OTHERS_FORM,
  PASSWORD_FORM,
  EMAIL_FORM,
  CONFIRM_EMAIL_FORM,
  USERNAME_FORM,
  DELETE_FORM,
  SIGN_OUT_FORM,
]
