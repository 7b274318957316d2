import { type Markup, markup } from '../../../../inner.ts'
import { ui } from '../../../../pages.ts'
import { isFreshlyProved } from '../../mfa/prove-change.ts'
import { CURRENT_PASSWORD } from '../member/current-password.ts'
import type { FormRow, OwnLook, PageContext } from '../page-row.ts'
import { FACTOR_CODE } from './second-factor.ts'

/** By what somebody proves that he may change how the account is entered. */
type Proof = 'by_password' | 'by_code' | 'fresh'

/** A form that needs a proof, in the three ways in which there is one: the step asks for the one that counts. */
export function proofForms(base: FormRow): readonly FormRow[] {
  const { name, path, fields } = base
  const own = typeof fields === 'function' ? {} : (fields ?? {})
  const way = (proof: Proof, more: NonNullable<FormRow['fields']>): FormRow => ({
    ...base,
    name: `${name}_${proof}`,
    path: `${path}/${proof.replace('_', '-')}`,
    fields: { ...own, ...more },
  })
  return [
    way('by_password', { current_password: CURRENT_PASSWORD }),
    way('by_code', { code: FACTOR_CODE }),
    way('fresh', {}),
  ]
}

/** The one of them for whoever is signed in. @param back name of the page, to come back to after a step-up */
export async function provedForm(
  page: PageContext,
  name: string,
  back: string,
  look: OwnLook,
): Promise<Markup> {
  const { house, say, to, form, member } = page
  const who = await member()
  const confirmed = await house.factors.confirmed(who.account.id)
  if (confirmed.length === 0) {
    return form(look, `${name}_${who.account.password === null ? 'fresh' : 'by_password'}`)
  }
  if (isFreshlyProved(house, who)) return form(look, `${name}_fresh`)
  const hasPasskey = confirmed.some(({ kind }) => kind === 'passkey')
  return markup`${form(look, `${name}_by_code`)}
${hasPasskey && ui.links([[to('step_up', { next: page.place(back) }), say('step_up_passkey')]])}`
}
