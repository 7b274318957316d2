import type { FormRow, PageContext, PageRow } from '../page-row.ts'
import type { PageView } from '../page-view.ts'
import type { PageTextName } from '../texts/en.ts'
import { carried, nextField } from './sign-in.ts'

type Values = Readonly<Record<string, string>>

/** Asks for the address that something is sent to. */
function askAddress(
  { words, to }: PageContext,
  values: Values,
  page: string,
  title: PageTextName,
  lead: PageTextName,
): PageView {
  return {
    title: words.say(title),
    parts: [
      {
        kind: 'form',
        to: to(page),
        lead: words.say(lead),
        fields: [
          {
            name: 'email',
            label: words.say('email'),
            kind: 'email',
            autocomplete: 'email',
            value: values['email'] ?? '',
          },
          ...nextField(values),
        ],
        button: words.say(title),
      },
      { kind: 'links', links: [{ to: to('sign_in', carried(values)), text: words.say('cancel') }] },
    ],
  }
}

/** Asks for a link that signs in. */
export const SEND_LINK: PageRow = {
  name: 'send_link',
  path: '/sign-in/link',
  audience: 'anybody',
  query: ['next'],
  steps: ['send_magic_link'],
  show: (page, { values }) => askAddress(page, values, 'send_link', 'send_link', 'send_link_lead'),
}

export const SEND_LINK_FORM: FormRow = {
  name: 'send_link',
  path: '/sign-in/link',
  audience: 'anybody',
  step: 'send_magic_link',
  fields: ['email'],
  carries: ['next'],
  page: 'send_link',
  landed: () => ({ page: 'link_sent' }),
}

export const LINK_SENT: PageRow = {
  name: 'link_sent',
  path: '/sign-in/link/sent',
  audience: 'anybody',
  steps: ['send_magic_link'],
  show: ({ words }) => ({
    title: words.say('check_mail'),
    parts: [
      { kind: 'text', text: words.say('check_mail_link') },
      { kind: 'text', text: words.say('check_mail_nothing') },
    ],
  }),
}

/** Where the link of the mail leads: whoever opens it is not signed in yet, be it a person or a program. */
export const MAGIC_LINK: PageRow = {
  name: 'magic_link',
  path: '/magic-link',
  audience: 'anybody',
  query: ['token'],
  steps: ['use_magic_link'],
  show: ({ words, to }, { values }) => ({
    title: words.say('magic_link'),
    parts: [
      {
        kind: 'form',
        to: to('magic_link'),
        lead: words.say('magic_link_lead'),
        fields: [{ name: 'token', label: '', kind: 'hidden', value: values['token'] ?? '' }],
        button: words.say('sign_in'),
      },
    ],
  }),
}

export const MAGIC_LINK_FORM: FormRow = {
  name: 'magic_link',
  path: '/magic-link',
  audience: 'anybody',
  step: 'use_magic_link',
  fields: ['token'],
  page: 'magic_link',
  adds: () => ({ mode: 'cookie' }),
  landed: () => ({ next: undefined }),
}

/** Asks for a code that signs in. */
export const SEND_CODE: PageRow = {
  name: 'send_code',
  path: '/sign-in/code',
  audience: 'anybody',
  query: ['next'],
  steps: ['send_email_code'],
  show: (page, { values }) => askAddress(page, values, 'send_code', 'send_code', 'send_code_lead'),
}

export const SEND_CODE_FORM: FormRow = {
  name: 'send_code',
  path: '/sign-in/code',
  audience: 'anybody',
  step: 'send_email_code',
  fields: ['email'],
  carries: ['next'],
  page: 'send_code',
  landed: (_, { values }, { value }) => ({
    page: 'enter_code',
    query: carried(values),
    // Half of what signs in: it travels in a cookie, and stands in no address.
    travels: { kind: 'code', value: String(Reflect.get(Object(value), 'challenge')) },
  }),
}

export const ENTER_CODE: PageRow = {
  name: 'enter_code',
  path: '/sign-in/code/enter',
  audience: 'anybody',
  query: ['next'],
  steps: ['use_email_code'],
  show: ({ words, to }, { values }) => ({
    title: words.say('enter_code'),
    parts: [
      {
        kind: 'form',
        to: to('enter_code'),
        lead: words.say('enter_code_lead'),
        fields: [
          { name: 'code', label: words.say('code'), kind: 'code', autocomplete: 'one-time-code' },
          ...nextField(values),
        ],
        button: words.say('sign_in'),
      },
      {
        kind: 'links',
        links: [{ to: to('send_code', carried(values)), text: words.say('p_invalid_link_again') }],
      },
    ],
  }),
}

export const ENTER_CODE_FORM: FormRow = {
  name: 'enter_code',
  path: '/sign-in/code/enter',
  audience: 'anybody',
  step: 'use_email_code',
  fields: ['code'],
  carries: ['next'],
  page: 'enter_code',
  adds: ({ travelling }) => ({ mode: 'cookie', challenge: travelling('code') ?? '' }),
  landed: (_, { values }) => ({ next: values['next'] }),
}
