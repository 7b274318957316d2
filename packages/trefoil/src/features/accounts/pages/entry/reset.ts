import type { FormRow, PageRow } from '../page-row.ts'
import { newPasswordField } from './new-password-field.ts'

/** Asks for the link to a new password. */
export const FORGOT: PageRow = {
  name: 'forgot_password',
  path: '/forgot-password',
  audience: 'anybody',
  steps: ['forgot_password'],
  show: ({ words, to }, { values }) => ({
    title: words.say('forgot_password'),
    parts: [
      {
        kind: 'form',
        to: to('forgot_password'),
        lead: words.say('forgot_password_lead'),
        fields: [
          {
            name: 'email',
            label: words.say('email'),
            kind: 'email',
            autocomplete: 'email',
            value: values['email'] ?? '',
          },
        ],
        button: words.say('forgot_password_button'),
      },
      { kind: 'links', links: [{ to: to('sign_in'), text: words.say('cancel') }] },
    ],
  }),
}

export const FORGOT_FORM: FormRow = {
  name: 'forgot_password',
  path: '/forgot-password',
  audience: 'anybody',
  step: 'forgot_password',
  fields: ['email'],
  page: 'forgot_password',
  landed: () => ({ page: 'reset_sent' }),
}

/** Whoever it was (ENUM-2). */
export const RESET_SENT: PageRow = {
  name: 'reset_sent',
  path: '/forgot-password/sent',
  audience: 'anybody',
  steps: ['forgot_password'],
  show: ({ words, to }) => ({
    title: words.say('check_mail'),
    parts: [
      { kind: 'text', text: words.say('check_mail_reset') },
      { kind: 'text', text: words.say('check_mail_nothing') },
      { kind: 'links', links: [{ to: to('sign_in'), text: words.say('sign_in') }] },
    ],
  }),
}

/** Where its link leads. */
export const RESET: PageRow = {
  name: 'reset_password',
  path: '/reset-password',
  audience: 'anybody',
  query: ['token'],
  steps: ['reset_password'],
  show: ({ house, words, to }, { values }) => ({
    title: words.say('reset_password'),
    parts: [
      {
        kind: 'form',
        to: to('reset_password'),
        lead: words.say('reset_password_lead'),
        fields: [
          { name: 'token', label: '', kind: 'hidden', value: values['token'] ?? '' },
          newPasswordField(house, words, 'new_password'),
        ],
        button: words.say('reset_password_button'),
      },
    ],
  }),
}

export const RESET_FORM: FormRow = {
  name: 'reset_password',
  path: '/reset-password',
  audience: 'anybody',
  step: 'reset_password',
  fields: ['token', 'password'],
  page: 'reset_password',
  landed: () => ({ page: 'sign_in', notice: 'reset_password_done' }),
}
