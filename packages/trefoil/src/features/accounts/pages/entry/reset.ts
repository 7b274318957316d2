import { markup } from '../../../../inner.ts'
import { ui } from '../../../../pages.ts'
import type { PageRow } from '../page-row.ts'
import { NEW_PASSWORD } from './new-password.ts'

/** Asks for the link to a new password. */
export const FORGOT: PageRow = {
  name: 'forgot_password',
  path: '/forgot-password',
  title: 'forgot_password',
  audience: 'anybody',
  steps: ['forgot_password'],
  form: {
    step: 'forgot_password',
    fields: { email: { kind: 'email', label: 'accounts.email' } },
    landed: () => ({ page: 'reset_sent' }),
  },
  show: ({ say, to, form }) =>
    markup`<p>${say('forgot_password_lead')}</p>${form({ submit: 'forgot_password_button' })}
${ui.links([[to('sign_in'), say('cancel')]])}`,
}

/** Whoever it was (ENUM-2). */
export const RESET_SENT: PageRow = {
  name: 'reset_sent',
  path: '/forgot-password/sent',
  title: 'check_mail',
  audience: 'anybody',
  steps: ['forgot_password'],
  show: ({ say, to }) =>
    markup`<p>${say('check_mail_reset')}</p><p class="soft">${say('check_mail_nothing')}</p>
${ui.links([[to('sign_in'), say('sign_in')]])}`,
}

/** Where its link leads. */
export const RESET: PageRow = {
  name: 'reset_password',
  path: '/reset-password',
  title: 'reset_password',
  audience: 'anybody',
  query: ['token'],
  steps: ['reset_password'],
  form: {
    step: 'reset_password',
    fields: { password: NEW_PASSWORD },
    adds: ({ query: { token } }) => ({ token }),
    landed: () => ({ page: 'sign_in', notice: 'reset_password_done' }),
  },
  show: ({ say, to, form }) =>
    markup`<p>${say('reset_password_lead')}</p>${form({ submit: 'reset_password_button' })}
${ui.links([[to('forgot_password'), say('ask_again')]])}`,
}
