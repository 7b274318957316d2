import { type Markup, markup } from '../../../../inner.ts'
import { type PageFields, ui } from '../../../../pages.ts'
import type { PageContext, PageRow } from '../page-row.ts'
import type { PageTextName } from '../texts/en.ts'
import { carried } from './carried.ts'

const ADDRESS: PageFields = { email: { kind: 'email', label: 'accounts.email' } }

/** Asks for the address that something is sent to. */
function askAddress(page: PageContext, lead: PageTextName, submit: PageTextName): Markup {
  const { say, to, form } = page
  return markup`<p>${say(lead)}</p>${form({ submit })}${ui.links([[to('sign_in', carried(page)), say('cancel')]])}`
}

/** Asks for a link that signs in. */
export const SEND_LINK: PageRow = {
  name: 'send_link',
  path: '/sign-in/link',
  title: 'send_link',
  audience: 'anybody',
  query: ['next'],
  steps: ['send_magic_link'],
  form: { step: 'send_magic_link', fields: ADDRESS, landed: () => ({ page: 'link_sent' }) },
  show: (page) => askAddress(page, 'send_link_lead', 'send_link'),
}

export const LINK_SENT: PageRow = {
  name: 'link_sent',
  path: '/sign-in/link/sent',
  title: 'check_mail',
  audience: 'anybody',
  steps: ['send_magic_link'],
  show: ({ say }) =>
    markup`<p>${say('check_mail_link')}</p><p class="soft">${say('check_mail_nothing')}</p>`,
}

/** Where the link of the mail leads: whoever opens it is not signed in yet, be it a person or a program. */
export const MAGIC_LINK: PageRow = {
  name: 'magic_link',
  path: '/magic-link',
  title: 'magic_link',
  audience: 'anybody',
  query: ['token'],
  steps: ['use_magic_link'],
  form: {
    step: 'use_magic_link',
    adds: ({ query: { token } }) => ({ token, mode: 'cookie' }),
    landed: () => ({ next: '' }),
  },
  show: ({ say, to, form }) => markup`<p>${say('magic_link_lead')}</p>${form({ submit: 'sign_in' })}
${ui.links([[to('send_link'), say('ask_again')]])}`,
}

/** Asks for a code that signs in. */
export const SEND_CODE: PageRow = {
  name: 'send_code',
  path: '/sign-in/code',
  title: 'send_code',
  audience: 'anybody',
  query: ['next'],
  steps: ['send_email_code'],
  form: {
    step: 'send_email_code',
    fields: ADDRESS,
    landed: (page, { value }) => ({
      page: 'enter_code',
      query: carried(page),
      // Half of what signs in: it travels in a cookie, and stands in no address.
      travels: { kind: 'code', value: String(Reflect.get(Object(value), 'challenge')) },
    }),
  },
  show: (page) => askAddress(page, 'send_code_lead', 'send_code'),
}

export const ENTER_CODE: PageRow = {
  name: 'enter_code',
  path: '/sign-in/code/enter',
  title: 'enter_code',
  audience: 'anybody',
  query: ['next'],
  steps: ['use_email_code'],
  form: {
    step: 'use_email_code',
    fields: { code: { kind: 'code', label: 'accounts.code' } },
    adds: async ({ travelling }) => ({
      mode: 'cookie',
      challenge: (await travelling('code')) ?? '',
    }),
    landed: ({ query: { next } }) => ({ next }),
  },
  show(page) {
    const { say, to, form } = page
    return markup`<p>${say('enter_code_lead')}</p>${form({ submit: 'sign_in', autofocus: 'code' })}
${ui.links([[to('send_code', carried(page)), say('ask_code_again')]])}`
  },
}
