import type { FormRow, PageRow } from '../page-row.ts'
import type { FieldView, LinkView } from '../page-view.ts'

/** The login. */
export const SIGN_IN: PageRow = {
  name: 'sign_in',
  path: '/sign-in',
  audience: 'anybody',
  query: ['next'],
  steps: ['login'],
  show({ house, words, to, has }, { values }) {
    const { usernames, registration } = house.values
    const on = carried(values)
    const links: LinkView[] = [
      { to: to('forgot_password'), text: words.say('forgot_link') },
      ...(has('send_link') ? [{ to: to('send_link', on), text: words.say('sign_in_by_link') }] : []),
      ...(has('send_code') ? [{ to: to('send_code', on), text: words.say('sign_in_by_code') }] : []),
      ...(registration === 'open' ? [{ to: to('register'), text: words.say('register_link') }] : []),
    ]
    const name: FieldView = {
      name: 'email',
      label: words.say(usernames ? 'email_or_name' : 'email'),
      kind: usernames ? 'text' : 'email',
      autocomplete: 'username',
      value: values['email'] ?? '',
    }
    return {
      title: words.say('sign_in'),
      parts: [
        {
          kind: 'form',
          to: to('sign_in'),
          fields: [
            name,
            {
              name: 'password',
              label: words.say('password'),
              kind: 'password',
              autocomplete: 'current-password',
            },
            ...nextField(values),
          ],
          button: words.say('sign_in'),
        },
        { kind: 'links', links },
      ],
    }
  },
}

export const SIGN_IN_FORM: FormRow = {
  name: 'sign_in',
  path: '/sign-in',
  audience: 'anybody',
  step: 'login',
  fields: ['email', 'password', 'device_cookie'],
  carries: ['next'],
  page: 'sign_in',
  adds: () => ({ mode: 'cookie' }),
  landed: (_, { values }) => ({ next: values['next'] }),
}

/** After it, and after the end of an account. */
export const SIGNED_OUT: PageRow = {
  name: 'signed_out',
  path: '/signed-out',
  audience: 'anybody',
  steps: ['logout'],
  show: ({ words, to }) => ({
    title: words.say('signed_out'),
    parts: [
      { kind: 'text', text: words.say('signed_out_lead') },
      { kind: 'links', links: [{ to: to('sign_in'), text: words.say('sign_in_again') }] },
    ],
  }),
}

export const SIGN_OUT_FORM: FormRow = {
  name: 'sign_out',
  path: '/sign-out',
  audience: 'member',
  step: 'logout',
  fields: [],
  page: 'account',
  landed: () => ({ page: 'signed_out' }),
}

/** `next` on its way through pages; it is looked at where it is gone to. */
export function carried(values: Readonly<Record<string, string>>): Record<string, string> {
  const { next = '' } = values
  return next === '' ? {} : { next }
}

export function nextField(values: Readonly<Record<string, string>>): readonly FieldView[] {
  const { next = '' } = values
  return next === '' ? [] : [{ name: 'next', label: '', kind: 'hidden', value: next }]
}
