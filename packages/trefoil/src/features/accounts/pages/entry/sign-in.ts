import { markup } from '../../../../inner.ts'
import { ui } from '../../../../pages.ts'
import { passkeyButton } from '../factors/passkey-button.ts'
import type { FormRow, PageRow } from '../page-row.ts'
import { carried } from './carried.ts'
import { providerLinks } from './provider.ts'

/** The login. */
export const SIGN_IN: PageRow = {
  name: 'sign_in',
  path: '/sign-in',
  title: 'sign_in',
  audience: 'anybody',
  query: ['next'],
  steps: ['login'],
  form: {
    step: 'login',
    fields: ({ values: { usernames } }) => ({
      email: {
        kind: 'text',
        label: usernames ? 'accounts.email_or_name' : 'accounts.email',
        autocomplete: 'username',
        inputMode: 'email',
      },
      password: { kind: 'password', label: 'accounts.password', maxLength: 4096 },
    }),
    adds: async ({ house, call }) => ({
      mode: 'cookie',
      device_cookie: await call.resolve(house.sessions.deviceCookie),
    }),
    landed: ({ query: { next } }) => ({ next }),
  },
  async show(page) {
    const { house, say, to, has, form } = page
    const on = carried(page)
    const links: (readonly [string, string])[] = [
      [to('forgot_password'), say('forgot_link')],
      ...(has('send_link') ? [[to('send_link', on), say('sign_in_by_link')] as const] : []),
      ...(has('send_code') ? [[to('send_code', on), say('sign_in_by_code')] as const] : []),
      ...(house.values.registration === 'open'
        ? [
            [to('register'), say('register_link')] as const,
            [to('check_mail'), say('resend_link')] as const,
          ]
        : []),
    ]
    const password = markup`${form({ submit: 'sign_in' })}${await providerLinks(page)}`
    if (house.passkeys === null) return markup`${password}${ui.links(links)}`
    const passkey = passkeyButton('login', {
      text: say('sign_in_by_passkey'),
      say,
      next: page.next,
    })
    const body = markup`${password}${ui.choices([passkey])}${ui.links(links)}`
    return { body, scripts: [page.script] }
  },
}

/** After it, and after the end of an account. */
export const SIGNED_OUT: PageRow = {
  name: 'signed_out',
  path: '/signed-out',
  title: 'signed_out',
  audience: 'anybody',
  steps: ['logout'],
  show: ({ say, to }) =>
    markup`<p>${say('signed_out_lead')}</p>${ui.buttonLink(to('sign_in'), say('sign_in_again'))}`,
}

export const SIGN_OUT: FormRow = {
  name: 'sign_out',
  path: '/sign-out',
  of: 'account',
  step: 'logout',
  landed: () => ({ page: 'signed_out' }),
}
