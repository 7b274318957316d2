import type { FormRow, PageRow } from '../page-row.ts'
import { presenceField } from './presence.ts'

/** Asks for another address. */
export const EMAIL: PageRow = {
  name: 'ask_change_email',
  path: '/email',
  audience: 'member',
  steps: ['change_email'],
  async show({ words, to, member }, { values }) {
    const { account } = await member()
    const { email } = account
    return {
      title: words.say('change_email'),
      parts: [
        {
          kind: 'form',
          to: to('ask_change_email'),
          ...(email === null ? {} : { lead: words.say('change_email_now', { email }) }),
          fields: [
            {
              name: 'email',
              label: words.say('new_email'),
              kind: 'email',
              autocomplete: 'email',
              value: values['email'] ?? '',
            },
            ...presenceField(account, words),
          ],
          button: words.say('go_on'),
        },
        { kind: 'links', links: [{ to: to('account'), text: words.say('cancel') }] },
      ],
    }
  },
}

export const EMAIL_FORM: FormRow = {
  name: 'ask_change_email',
  path: '/email',
  audience: 'member',
  step: 'change_email',
  fields: ['email', 'current_password'],
  page: 'ask_change_email',
  landed: () => ({ page: 'email_sent' }),
}

export const EMAIL_SENT: PageRow = {
  name: 'email_sent',
  path: '/email/sent',
  audience: 'member',
  steps: ['change_email'],
  show: ({ words, to }) => ({
    title: words.say('check_mail'),
    parts: [
      { kind: 'text', text: words.say('check_mail_change') },
      { kind: 'links', links: [{ to: to('account'), text: words.say('back_to_account') }] },
    ],
  }),
}

/** Where its link leads: it needs the session as well, so whoever is not signed in does that first. */
export const CONFIRM_EMAIL: PageRow = {
  name: 'confirm_email',
  path: '/change-email',
  audience: 'member',
  query: ['token'],
  steps: ['confirm_change_email'],
  async show({ words, to, member }, { values }) {
    await member()
    return {
      title: words.say('change_email_confirm'),
      parts: [
        {
          kind: 'form',
          to: to('confirm_email'),
          lead: words.say('change_email_confirm_lead'),
          fields: [{ name: 'token', label: '', kind: 'hidden', value: values['token'] ?? '' }],
          button: words.say('change_email_confirm_button'),
        },
        { kind: 'links', links: [{ to: to('account'), text: words.say('cancel') }] },
      ],
    }
  },
}

export const CONFIRM_EMAIL_FORM: FormRow = {
  name: 'confirm_email',
  path: '/change-email',
  audience: 'member',
  step: 'confirm_change_email',
  fields: ['token'],
  page: 'confirm_email',
  landed: () => ({ page: 'account', notice: 'change_email_done' }),
}
