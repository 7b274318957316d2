import { markup } from '../../../../inner.ts'
import { ui } from '../../../../pages.ts'
import type { FormPart, FormRow, PageRow } from '../page-row.ts'
import { CURRENT_PASSWORD } from './current-password.ts'

const landed: FormPart['landed'] = () => ({ page: 'deleted' })

export const DELETE: PageRow = {
  name: 'delete_account',
  path: '/delete',
  title: 'delete_account',
  audience: 'member',
  steps: ['delete_account'],
  form: { step: 'delete_account', fields: { current_password: CURRENT_PASSWORD }, landed },
  async show({ say, to, form, member }) {
    const { account } = await member()
    const look = { submit: 'delete_account_button', look: 'bad' } as const
    return markup`<p>${say('delete_account_lead')}</p>
${account.password === null ? form(look, 'delete_account_fresh') : form(look)}
${ui.links([[to('account'), say('cancel')]])}`
  },
}

/** For whoever has no password, and signed in a moment ago. */
export const DELETE_FRESH: FormRow = {
  name: 'delete_account_fresh',
  path: '/delete/now',
  of: 'delete_account',
  step: 'delete_account',
  landed,
}

/** Nobody is signed in any more. */
export const DELETED: PageRow = {
  name: 'deleted',
  path: '/deleted',
  title: 'deleted',
  audience: 'anybody',
  steps: ['delete_account'],
  show: ({ say }) => markup`<p>${say('deleted_lead')}</p>`,
}
