import { markup } from '../../../../inner.ts'
import { type TextField, ui } from '../../../../pages.ts'
import type { PageRow } from '../page-row.ts'
import { NEW_PASSWORD } from './new-password.ts'

const USERNAME: TextField = {
  kind: 'text',
  label: 'accounts.username',
  hint: 'accounts.username_hint',
  autocomplete: 'nickname',
  required: false,
}

/** A new account. */
export const REGISTER: PageRow = {
  name: 'register',
  path: '/register',
  title: 'register',
  audience: 'anybody',
  steps: ['register'],
  form: {
    step: 'register',
    fields: ({ values: { usernames } }) => ({
      // Password managers keep it as the name that goes with the password.
      email: { kind: 'email', label: 'accounts.email', autocomplete: 'username' },
      ...(usernames ? { username: USERNAME } : {}),
      password: { ...NEW_PASSWORD, label: 'accounts.password' },
    }),
    // The mail is in the language in which somebody has read the page.
    adds: ({ view }) => ({ locale: view.language }),
    landed: () => ({ page: 'check_mail' }),
  },
  show: ({ say, to, form }) =>
    markup`${form({ submit: 'register_done' })}${ui.links([[to('sign_in'), say('have_account_link')]])}`,
}

/** The same page for every address (ENUM-2): it says nothing of which it was. */
export const CHECK_MAIL: PageRow = {
  name: 'check_mail',
  path: '/check-mail',
  title: 'check_mail',
  audience: 'anybody',
  steps: ['resend_verification'],
  form: {
    step: 'resend_verification',
    fields: { email: { kind: 'email', label: 'accounts.email' } },
    landed: () => ({ page: 'check_mail', notice: 'resend_again_done' }),
  },
  show: ({ say, form }) =>
    markup`<p>${say('check_mail_register')}</p><p class="soft">${say('check_mail_nothing')}</p>
${ui.card(say('resend'), form({ submit: 'resend', look: 'plain' }))}`,
}

/** Where the link of the mail leads. To open it does nothing: programs that look at links in mails open it, too. */
export const VERIFY: PageRow = {
  name: 'verify_email',
  path: '/verify-email',
  title: 'verify_email',
  audience: 'anybody',
  query: ['token'],
  steps: ['verify_email'],
  form: {
    step: 'verify_email',
    adds: ({ query: { token } }) => ({ token }),
    landed: () => ({ page: 'sign_in', notice: 'verify_email_done' }),
  },
  show: ({ say, to, form }) =>
    markup`<p>${say('verify_email_lead')}</p>${form({ submit: 'verify_email_button' })}
${ui.links([[to('check_mail'), say('ask_again')]])}`,
}
