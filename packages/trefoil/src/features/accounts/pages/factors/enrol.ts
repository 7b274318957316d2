import { Problem } from '../../../../index.ts'
import { markup } from '../../../../inner.ts'
import { ui } from '../../../../pages.ts'
import { waitingLogin } from '../../mfa/finish-login.ts'
import { carried } from '../entry/carried.ts'
import type { FormRow, PageContext, PageRow } from '../page-row.ts'
import { codesShown, SETUP_CODE, setupShown } from './totp.ts'

async function preToken({ travelling }: PageContext): Promise<{ readonly pre_token: string }> {
  return { pre_token: (await travelling('mfa')) ?? '' }
}

/** For a login that has to have a second factor, and has none: nobody is signed in before. */
export const ENROL: PageRow = {
  name: 'enrol',
  path: '/enrol',
  title: 'enrol_first',
  audience: 'anybody',
  query: ['next'],
  steps: ['start_mfa_enrolment', 'confirm_mfa_enrolment'],
  form: {
    step: 'start_mfa_enrolment',
    adds: preToken,
    landed: (page, answer) => ({
      title: 'enrol_first',
      body: setupShown(page, answer, 'confirm_enrolment'),
    }),
  },
  async show(page) {
    const { house, call, say, to, form } = page
    const again = ui.links([[to('sign_in', carried(page)), say('begin_again')]])
    const { pre_token } = await preToken(page)
    try {
      const shown = { preToken: pre_token, clientId: null }
      const { account } = await waitingLogin(house, call, 'enrol', shown)
      const all = await house.factors.ofAccount(account.id)
      const hasBegun = all.some(({ kind, confirmedAt }) => kind === 'totp' && confirmedAt === null)
      return markup`<p>${say('enrol_first_lead')}</p>
${hasBegun && markup`<p>${say('totp_again')}</p>${form({ submit: 'totp_confirm_button' }, 'confirm_enrolment')}`}
${form({ submit: hasBegun ? 'totp_start_again' : 'totp_start', look: hasBegun ? 'plain' : 'main' })}${again}`
    } catch (error) {
      if (!Problem.is(error)) throw error
      return markup`${ui.notice('bad', say('p_step_over'))}${again}`
    }
  },
}

/** Signs in; the recovery codes are shown, this once. */
export const CONFIRM_ENROLMENT: FormRow = {
  name: 'confirm_enrolment',
  path: '/enrol/confirm',
  of: 'enrol',
  step: 'confirm_mfa_enrolment',
  fields: { code: SETUP_CODE },
  adds: async (page) => ({
    ...(await preToken(page)),
    device_cookie: await page.call.resolve(page.house.sessions.deviceCookie),
  }),
  landed: (page, answer) => ({ title: 'recovery', body: codesShown(page, answer, page.next) }),
}
