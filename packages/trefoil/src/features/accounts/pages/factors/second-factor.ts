import { type Call, Problem } from '../../../../index.ts'
import { type Markup, markup } from '../../../../inner.ts'
import { type SecretField, ui } from '../../../../pages.ts'
import type { AccountsHouse } from '../../accounts-house.ts'
import { waitingLogin } from '../../mfa/finish-login.ts'
import { carried } from '../entry/carried.ts'
import type { FormRow, PageContext, PageRow } from '../page-row.ts'
import { passkeyButton } from './passkey-button.ts'

/** Of the app, in a mail, or one of those for a day without the phone: whoever looks at it tells which it is. */
export const FACTOR_CODE: SecretField = {
  kind: 'code',
  label: 'accounts.second_factor_code',
  numeric: false,
  maxLength: 64,
}

/** Where a sign-out has the browser forget everything, it forgets this too. */
function trustLabel({ cookie }: AccountsHouse['values']): string {
  return `accounts.${cookie.clearSite ? 'trust_device_until_sign_out' : 'trust_device'}`
}

/** The end of a login whose first proof was right. */
export const SECOND_FACTOR: PageRow = {
  name: 'second_factor',
  path: '/second-factor',
  title: 'second_factor',
  audience: 'anybody',
  query: ['next'],
  steps: ['verify_mfa'],
  form: {
    step: 'verify_mfa',
    fields: ({ values }) => ({
      code: FACTOR_CODE,
      ...(values.mfa.trustedDevices === false
        ? {}
        : { trust_device: { kind: 'tick', label: trustLabel(values) } }),
    }),
    adds: async ({ house, call, travelling }) => ({
      pre_token: (await travelling('mfa')) ?? '',
      device_cookie: await call.resolve(house.sessions.deviceCookie),
    }),
    landed: ({ query: { next } }) => ({ next }),
  },
  async show(page) {
    const { house, call, say, to, form } = page
    const preToken = (await page.travelling('mfa')) ?? ''
    const factors = await factorsLeft(house, call, preToken)
    const again = ui.links([[to('sign_in', carried(page)), say('begin_again')]])
    if (factors === null) return markup`${ui.notice('bad', say('p_step_over'))}${again}`
    const passkey = factors.includes('passkey') ? passkeyPart(page, preToken) : null
    const body = markup`<p>${say('second_factor_lead')}</p>
${form({ submit: 'go_on', autofocus: 'code' })}
${factors.includes('email') && page.has('second_factor') && form({ submit: 'second_factor_mail', look: 'plain' }, 'send_factor_code')}
${passkey}${again}`
    return passkey === null ? body : { body, scripts: [page.script] }
  },
}

/** Nothing is used up by it. */
export const SEND_FACTOR_CODE: FormRow = {
  name: 'send_factor_code',
  path: '/second-factor/mail',
  of: 'second_factor',
  step: 'send_mfa_code',
  adds: async ({ travelling }) => ({ pre_token: (await travelling('mfa')) ?? '' }),
  landed: (page) => ({
    page: 'second_factor',
    query: carried(page),
    notice: 'second_factor_mail_done',
  }),
}

/** By what the login that waits may be finished; `null` for one that does not wait any more. */
async function factorsLeft(
  house: AccountsHouse,
  call: Call,
  preToken: string,
): Promise<readonly unknown[] | null> {
  try {
    const { step } = await waitingLogin(house, call, 'second_factor', { preToken, clientId: null })
    const { factors } = step.details
    return Array.isArray(factors) ? factors : []
  } catch (error) {
    if (Problem.is(error)) return null
    throw error
  }
}

function passkeyPart({ say, next }: PageContext, preToken: string): Markup {
  const button = passkeyButton('second-factor', { text: say('second_factor_passkey'), say, next })
  return markup`${ui.or(say('or'))}
<form method="post"><input type="hidden" name="pre_token" value="${preToken}">${button}</form>`
}
