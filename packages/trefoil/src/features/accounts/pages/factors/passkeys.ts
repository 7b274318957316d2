import { type Markup, markup } from '../../../../inner.ts'
import { foreign, type PageFields, ui } from '../../../../pages.ts'
import type { StoredFactor } from '../../mfa/factor.ts'
import { CURRENT_PASSWORD } from '../member/current-password.ts'
import type { FormPart, FormRow, PageContext, PageRow } from '../page-row.ts'
import { passkeyButton } from './passkey-button.ts'

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
    const all = await house.factors.confirmed(account.id)
    const own = all.filter(({ kind }) => kind === 'passkey')
    const hasPassword = account.password !== null
    const body = markup`<p>${say('passkeys_lead')}</p>
${own.length === 0 ? markup`<p>${say('passkeys_none')}</p>` : ui.list(own.map((one) => entryOf(page, one, hasPassword)))}
${ui.card(say('passkey_add'), addPart(page, hasPassword))}
${ui.links([[to('account'), say('back_to_account')]])}`
    return { body, scripts: [page.script] }
  },
}

function entryOf({ view, say, form }: PageContext, one: StoredFactor, hasPassword: boolean): Markup {
  const { id, name, createdAt, usedAt } = one
  const values = { passkey_id: id }
  const rename = form(
    { submit: 'passkey_rename', look: 'plain', key: id, values: { ...values, name } },
    'rename_passkey',
  )
  const remove = form(
    { submit: 'passkey_remove', look: 'bad', key: id, values, label: say('passkey_remove_named', { name }) },
    hasPassword ? 'remove_passkey' : 'remove_passkey_fresh',
  )
  const used = usedAt === null ? markup`${say('unused')}` : markup`${say('used_last')} ${view.date(usedAt)}`
  return markup`<strong>${foreign(name)}</strong>
<br><span class="soft">${say('since')} ${view.date(createdAt)}, ${used}</span>
${ui.confirm(say('passkey_change_named', { name }), markup`${rename}${remove}`)}`
}

/** Written by hand: its button belongs to the script, and the form is sent nowhere. */
function addPart({ say, to }: PageContext, hasPassword: boolean): Markup {
  const button = passkeyButton('register', { text: say('passkey_add'), say, next: to('passkeys') })
  return markup`<form method="post">
<div class="field"><label for="new-passkey-name">${say('passkey_name')}</label><input type="text" id="new-passkey-name" name="name" maxlength="64" autocomplete="off"></div>
${hasPassword && markup`<div class="field"><label for="new-passkey-password">${say('current_password')}</label><input type="password" id="new-passkey-password" name="current_password" autocomplete="current-password"></div>`}
${button}<noscript><p>${say('passkey_needs_script')}</p></noscript></form>`
}

export const RENAME_PASSKEY: FormRow = {
  name: 'rename_passkey',
  path: '/passkeys/rename',
  of: 'passkeys',
  step: 'rename_passkey',
  fields: { ...ID, name: { kind: 'text', label: 'accounts.passkey_name', maxLength: 64, autocomplete: 'off' } },
  landed: () => ({ page: 'passkeys', notice: 'passkey_renamed' }),
}

const removed: FormPart['landed'] = () => ({ page: 'passkeys', notice: 'passkey_removed' })

export const REMOVE_PASSKEY: FormRow = {
  name: 'remove_passkey',
  path: '/passkeys/remove',
  of: 'passkeys',
  step: 'remove_passkey',
  fields: { ...ID, current_password: CURRENT_PASSWORD },
  landed: removed,
}

/** For whoever has no password, and signed in a moment ago. */
export const REMOVE_PASSKEY_FRESH: FormRow = {
  name: 'remove_passkey_fresh',
  path: '/passkeys/remove-now',
  of: 'passkeys',
  step: 'remove_passkey',
  fields: ID,
  landed: removed,
}
