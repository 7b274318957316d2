import { markup } from '../../../../inner.ts'
import { ui } from '../../../../pages.ts'
import { NEW_PASSWORD } from '../entry/new-password.ts'
import type { FormPart, FormRow, PageRow } from '../page-row.ts'
import { CURRENT_PASSWORD } from './current-password.ts'

const landed: FormPart['landed'] = () => ({ page: 'account', notice: 'change_password_done' })

/** A new password for whoever knows the old one. */
export const PASSWORD: PageRow = {
  name: 'change_password',
  path: '/password',
  title: 'change_password',
  audience: 'member',
  steps: ['change_password'],
  form: {
    step: 'change_password',
    fields: { current_password: CURRENT_PASSWORD, password: NEW_PASSWORD },
    landed,
  },
  async show({ say, to, form, member }) {
    const { account } = await member()
    const submit = 'change_password'
    return markup`<p>${say('change_password_lead')}</p>
${account.password === null ? form({ submit }, 'set_password') : form({ submit })}
${ui.links([[to('account'), say('cancel')]])}`
  },
}

/** For whoever has none, and signed in a moment ago. */
export const SET_PASSWORD: FormRow = {
  name: 'set_password',
  path: '/password/set',
  of: 'change_password',
  step: 'change_password',
  fields: { password: NEW_PASSWORD },
  landed,
}
