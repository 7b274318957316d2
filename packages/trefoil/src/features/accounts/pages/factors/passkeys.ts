import { type Markup, markup } from '../../../../inner.ts'
import { foreign, type PageFields, ui } from '../../../../pages.ts'
import type { StoredFactor } from '../../mfa/factor.ts'
import { isFreshlyProved } from '../../mfa/prove-change.ts'
import type { FormRow, PageContext, PageRow } from '../page-row.ts'
import { passkeyButton } from './passkey-button.ts'
import { proofForms, provedForm } from './proof-forms.ts'

const ID: PageFields = { passkey_id: { kind: 'hidden', maxLength: 64 } }

/** Passkeys: added by the script, because browsers give them to nobody else; renamed and removed without. */
export const PASSKEYS: PageRow = {
  name: 'passkeys',
  path: '/passkeys',
  title: 'passkeys',
  audience: 'member',
  steps: ['list_passkeys', 'register_passkey', 'rename_passkey', 'remove_passkey'],
  async show(page) {
    const { house, say, to, member } = page
    const { account } = await member()
    const confirmed = await house.factors.confirmed(account.id)
    const own = confirmed.filter(({ kind }) => kind === 'passkey')
    const entries: Markup[] = []
    for (const one of own) entries.push(await entryOf(page, one))
    const body = markup`<p>${say('passkeys_lead')}</p>
${own.length === 0 ? markup`<p>${say('passkeys_none')}</p>` : ui.list(entries)}
${ui.card(say('passkey_add'), await addPart(page, confirmed))}
${ui.links([[to('account'), say('back_to_account')]])}`
    return { body, scripts: [page.script] }
  },
}

async function entryOf(page: PageContext, one: StoredFactor): Promise<Markup> {
  const { view, say, form } = page
  const { id, name, createdAt, usedAt } = one
  const values = { passkey_id: id }
  const rename = form(
    { submit: 'passkey_rename', look: 'plain', key: id, values: { ...values, name } },
    'rename_passkey',
  )
  const remove = await provedForm(page, 'remove_passkey', 'passkeys', {
    submit: 'passkey_remove',
    look: 'bad',
    key: id,
    values,
    label: say('passkey_remove_named', { name }),
  })
  const used =
    usedAt === null ? markup`${say('unused')}` : markup`${say('used_last')} ${view.date(usedAt)}`
  return markup`<strong>${foreign(name)}</strong>
<br><span class="soft">${say('since')} ${view.date(createdAt)}, ${used}</span>
${ui.confirm(say('passkey_change_named', { name }), markup`${rename}${remove}`)}`
}

/** Written by hand: its button belongs to the script, and the form is sent nowhere, not by the key Enter either (`dialog`). */
async function addPart(page: PageContext, confirmed: readonly StoredFactor[]): Promise<Markup> {
  const { house, say, to, member } = page
  const who = await member()
  const hasFactor = confirmed.length > 0
  if (hasFactor && !isFreshlyProved(house, who)) {
    const place = to('step_up', { next: page.place('passkeys') })
    return markup`<p>${say('step_up_lead')}</p>${ui.buttonLink(place, say('step_up'), 'plain')}`
  }
  const asksPassword = !hasFactor && who.account.password !== null
  const next = to('passkeys')
  const look = { text: say('passkey_add'), say, next, codes: 'passkey-codes' }
  return markup`<form method="dialog">
<div class="field"><label for="new-passkey-name">${say('passkey_name')}</label><input type="text" id="new-passkey-name" name="name" maxlength="64" autocomplete="off"></div>
${asksPassword && markup`<div class="field"><label for="new-passkey-password">${say('current_password')}</label><input type="password" id="new-passkey-password" name="current_password" autocomplete="current-password"></div>`}
${passkeyButton('register', look)}<noscript><p>${say('passkey_needs_script')}</p></noscript></form>
<section id="passkey-codes" tabindex="-1" hidden><h2>${say('recovery')}</h2><p>${say('recovery_lead')}</p>
${ui.copyCode('', { label: say('recovery'), button: page.view.t('copy.button'), done: page.view.t('copy.done') })}
${ui.buttonLink(next, say('recovery_kept'))}</section>`
}

/** Forms of passkeys there are. */
export const PASSKEY_FORMS: readonly FormRow[] = [
  {
    name: 'rename_passkey',
    path: '/passkeys/rename',
    of: 'passkeys',
    step: 'rename_passkey',
    fields: {
      ...ID,
      name: { kind: 'text', label: 'accounts.passkey_name', maxLength: 64, autocomplete: 'off' },
    },
    landed: () => ({ page: 'passkeys', notice: 'passkey_renamed' }),
  },
  ...proofForms({
    name: 'remove_passkey',
    path: '/passkeys/remove',
    of: 'passkeys',
    step: 'remove_passkey',
    fields: ID,
    landed: () => ({ page: 'passkeys', notice: 'passkey_removed' }),
  }),
]
