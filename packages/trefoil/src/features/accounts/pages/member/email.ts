import { markup } from '../../../../inner.ts'
import { type PageFields, ui } from '../../../../pages.ts'
import type { FormPart, FormRow, PageRow } from '../page-row.ts'
import { CURRENT_PASSWORD } from './current-password.ts'

const landed: FormPart['landed'] = () => ({ page: 'email_sent' })
const ADDRESS: PageFields = { email: { kind: 'email', label: 'accounts.new_email' } }

/** Asks for another address. */
export const EMAIL: PageRow = {
  name: 'ask_change_email',
  path: '/email',
  title: 'change_email',
  audience: 'member',
  steps: ['change_email'],
  form: {
    step: 'change_email',
    fields: { ...ADDRESS, current_password: CURRENT_PASSWORD },
    landed,
  },
  async show({ text, say, to, form, member }) {
    const { account } = await member()
    const { email, password } = account
    return markup`${email !== null && markup`<p>${text('change_email_now', { email })}</p>`}
${password === null ? form({ submit: 'go_on' }, 'ask_change_email_fresh') : form({ submit: 'go_on' })}
${ui.links([[to('account'), say('cancel')]])}`
  },
}

/** For whoever has no password, and signed in a moment ago. */
export const EMAIL_FRESH: FormRow = {
  name: 'ask_change_email_fresh',
  path: '/email/ask',
  of: 'ask_change_email',
  step: 'change_email',
  fields: ADDRESS,
  landed,
}

export const EMAIL_SENT: PageRow = {
  name: 'email_sent',
  path: '/email/sent',
  title: 'check_mail',
  audience: 'member',
  steps: ['change_email'],
  show: ({ say, to }) =>
    markup`<p>${say('check_mail_change')}</p>${ui.links([[to('account'), say('back_to_account')]])}`,
}

/** Where its link leads: it needs the session as well, so whoever is not signed in does that first. */
export const CONFIRM_EMAIL: PageRow = {
  name: 'confirm_email',
  path: '/change-email',
  title: 'change_email_confirm',
  audience: 'member',
  query: ['token'],
  steps: ['confirm_change_email'],
  form: {
    step: 'confirm_change_email',
    adds: ({ query: { token } }) => ({ token }),
    landed: () => ({ page: 'account', notice: 'change_email_done' }),
  },
  async show({ say, to, form, member }) {
    await member()
    return markup`<p>${say('change_email_confirm_lead')}</p>${form({ submit: 'change_email_confirm_button' })}
${ui.links([[to('account'), say('cancel')]])}`
  },
}
