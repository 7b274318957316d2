import { markup } from '../../../../inner.ts'
import { ui } from '../../../../pages.ts'
import { carried } from '../entry/carried.ts'
import type { PageRow } from '../page-row.ts'
import { passkeyButton } from './passkey-button.ts'
import { FACTOR_CODE } from './second-factor.ts'

/** Shows a second factor once more, for what needs one of the last minutes. */
export const STEP_UP: PageRow = {
  name: 'step_up',
  path: '/confirm',
  title: 'step_up',
  audience: 'member',
  query: ['next'],
  steps: ['step_up'],
  form: {
    step: 'step_up',
    fields: { code: FACTOR_CODE },
    landed: ({ query: { next } }) => ({ next }),
  },
  async show(page) {
    const { house, say, to, has, form, member, next, script } = page
    const { account } = await member()
    const confirmed = await house.factors.confirmed(account.id)
    const hasPasskey = house.passkeys !== null && confirmed.some(({ kind }) => kind === 'passkey')
    const cancel = ui.links([[to('account'), say('cancel')]])
    if (confirmed.length === 0) {
      // Nothing is shown twice that there is not. What asks for a second factor says nothing of it to a page.
      return markup`<p>${say('step_up_none')}</p>
${ui.choices([
  ui.buttonLink(to('sign_in', carried(page)), say('begin_again')),
  ...(has('totp') ? [ui.buttonLink(to('totp'), say('totp_start'), 'plain')] : []),
])}${cancel}`
    }
    const body = markup`<p>${say('step_up_lead')}</p>${form({ submit: 'go_on' })}`
    if (!hasPasskey) return markup`${body}${cancel}`
    const button = passkeyButton('step-up', { text: say('second_factor_passkey'), say, next })
    return { body: markup`${body}${ui.or(say('or'))}${button}${cancel}`, scripts: [script] }
  },
}
