import type { FormRow, PageRow } from '../page-row.ts'
import { newPasswordField } from './new-password-field.ts'

/** A new account. */
export const REGISTER: PageRow = {
  name: 'register',
  path: '/register',
  audience: 'anybody',
  steps: ['register'],
  show({ house, words, to }, { values }) {
    return {
      title: words.say('register'),
      parts: [
        {
          kind: 'form',
          to: to('register'),
          fields: [
            {
              name: 'email',
              label: words.say('email'),
              kind: 'email',
              // Password managers keep it as the name that goes with the password.
              autocomplete: 'username',
              value: values['email'] ?? '',
            },
            ...(house.values.usernames
              ? [
                  {
                    name: 'username',
                    label: words.say('username'),
                    kind: 'text' as const,
                    autocomplete: 'nickname',
                    hint: words.say('username_hint'),
                    value: values['username'] ?? '',
                    optional: true,
                  },
                ]
              : []),
            newPasswordField(house, words, 'password'),
          ],
          button: words.say('register_done'),
        },
        { kind: 'links', links: [{ to: to('sign_in'), text: words.say('have_account_link') }] },
      ],
    }
  },
}

export const REGISTER_FORM: FormRow = {
  name: 'register',
  path: '/register',
  audience: 'anybody',
  step: 'register',
  fields: ['email', 'username', 'password'],
  page: 'register',
  // The mail is in the language in which somebody has read the page.
  adds: ({ words }) => ({ locale: words.language }),
  landed: () => ({ page: 'check_mail' }),
}

/** The same page for every address (ENUM-2): it says nothing of which it was. */
export const CHECK_MAIL: PageRow = {
  name: 'check_mail',
  path: '/check-mail',
  audience: 'anybody',
  steps: ['resend_verification'],
  show: ({ words, to }, { values }) => ({
    title: words.say('check_mail'),
    parts: [
      { kind: 'text', text: words.say('check_mail_register') },
      { kind: 'text', text: words.say('check_mail_nothing') },
      {
        kind: 'form',
        to: to('check_mail'),
        heading: words.say('resend'),
        fields: [
          {
            name: 'email',
            label: words.say('email'),
            kind: 'email',
            autocomplete: 'email',
            value: values['email'] ?? '',
          },
        ],
        button: words.say('resend'),
        look: 'quiet',
      },
    ],
  }),
}

export const RESEND_FORM: FormRow = {
  name: 'resend',
  path: '/check-mail',
  audience: 'anybody',
  step: 'resend_verification',
  fields: ['email'],
  page: 'check_mail',
  landed: () => ({ page: 'check_mail', notice: 'resend_again_done' }),
}

/** Where the link of the mail leads. To open it does nothing: programs that look at links in mails open it, too. */
export const VERIFY: PageRow = {
  name: 'verify_email',
  path: '/verify-email',
  audience: 'anybody',
  query: ['token'],
  steps: ['verify_email'],
  show: ({ words, to }, { values }) => ({
    title: words.say('verify_email'),
    parts: [
      {
        kind: 'form',
        to: to('verify_email'),
        lead: words.say('verify_email_lead'),
        fields: [{ name: 'token', label: '', kind: 'hidden', value: values['token'] ?? '' }],
        button: words.say('verify_email_button'),
      },
    ],
  }),
}

export const VERIFY_FORM: FormRow = {
  name: 'verify_email',
  path: '/verify-email',
  audience: 'anybody',
  step: 'verify_email',
  fields: ['token'],
  page: 'verify_email',
  landed: () => ({ page: 'sign_in', notice: 'verify_email_done' }),
}
