import type { Reply } from '../../../../index.ts'
import { constantMarkup, type Markup, markup } from '../../../../inner.ts'
import { type SecretField, ui } from '../../../../pages.ts'
import type { FormRow, PageContext, PageRow } from '../page-row.ts'
import { proofForms, provedForm } from './proof-forms.ts'

/** Of the app that is set up. */
export const SETUP_CODE: SecretField = {
  kind: 'code',
  label: 'accounts.totp_confirm',
  maxLength: 64,
}

/** An authenticator app: set up, or removed. */
export const TOTP: PageRow = {
  name: 'totp',
  path: '/authenticator',
  title: 'totp',
  audience: 'member',
  steps: ['start_mfa', 'confirm_mfa', 'disable_mfa'],
  async show(page) {
    const { house, say, to, form, member } = page
    const { account } = await member()
    const all = await house.factors.ofAccount(account.id)
    const ofApp = all.filter(({ kind }) => kind === 'totp')
    const back = ui.links([[to('account'), say('back_to_account')]])
    if (ofApp.some(({ confirmedAt }) => confirmedAt !== null)) {
      const look = { submit: 'totp_remove', look: 'bad' } as const
      const remove = await provedForm(page, 'remove_totp', 'totp', look)
      return markup`<p>${say('totp_on')}</p>
${ui.dangerZone(say('totp_remove'), markup`<p>${say('totp_remove_lead')}</p>${remove}`)}${back}`
    }
    const hasBegun = ofApp.length > 0
    const start = await provedForm(page, 'start_totp', 'totp', {
      submit: hasBegun ? 'totp_start_again' : 'totp_start',
      look: hasBegun ? 'plain' : 'main',
    })
    return markup`<p>${say('totp_lead')}</p>
${hasBegun && markup`<p>${say('totp_again')}</p>${form({ submit: 'totp_confirm_button' }, 'confirm_totp')}${ui.or(say('or'))}`}
${start}${back}`
  },
}

const CONFIRM: FormRow = {
  name: 'confirm_totp',
  path: '/authenticator/confirm',
  of: 'totp',
  step: 'confirm_mfa',
  fields: { code: SETUP_CODE },
  landed: (page, answer) => ({
    title: 'recovery',
    body: codesShown(page, answer, page.to('account')),
  }),
}

/** Forms of the app, but for its page. */
export const TOTP_FORMS: readonly FormRow[] = [
  ...proofForms({
    name: 'start_totp',
    path: '/authenticator/start',
    of: 'totp',
    step: 'start_mfa',
    landed: (page, answer) => ({ title: 'totp', body: setupShown(page, answer, 'confirm_totp') }),
  }),
  CONFIRM,
  ...proofForms({
    name: 'remove_totp',
    path: '/authenticator/remove',
    of: 'totp',
    step: 'disable_mfa',
    landed: () => ({ page: 'account', notice: 'totp_removed' }),
  }),
]

/** How many recovery codes there are, and new ones. */
export const RECOVERY: PageRow = {
  name: 'recovery',
  path: '/recovery-codes',
  title: 'recovery',
  audience: 'member',
  steps: ['regenerate_recovery_codes'],
  async show(page) {
    const { house, say, to, member } = page
    const { account } = await member()
    const { digests } = await house.recovery.find(account.id)
    const look = { submit: 'recovery_regenerate' } as const
    return markup`<p>${say('recovery_have', { count: digests.length })}</p>
<p>${say('recovery_regenerate_lead')}</p>${await provedForm(page, 'new_codes', 'recovery', look)}
${ui.links([[to('account'), say('back_to_account')]])}`
  },
}

export const RECOVERY_FORMS: readonly FormRow[] = proofForms({
  name: 'new_codes',
  path: '/recovery-codes/new',
  of: 'recovery',
  step: 'regenerate_recovery_codes',
  landed: (page, answer) => ({
    title: 'recovery',
    body: codesShown(page, answer, page.to('account')),
  }),
})

/** The secret of an app, as a picture and as text. Shown once: it is kept sealed, and at no address. */
export function setupShown(page: PageContext, answer: Reply<unknown>, confirm: string): Markup {
  const { say, view, form } = page
  const { secret, qr_svg: svg } = Object(answer.value) as Readonly<Record<string, unknown>>
  // Made by us, of numbers and nothing else.
  const picture = constantMarkup(String(svg))
  const copy = { label: say('totp_type'), button: view.t('copy.button'), done: view.t('copy.done') }
  return markup`<p>${say('totp_scan')}</p>${ui.qr(picture, say('totp_scan'))}
<p>${say('totp_type')}</p>${ui.copyCode(grouped(String(secret)), copy)}
${form({ submit: 'totp_confirm_button' }, confirm)}`
}

/** Recovery codes: this once. */
export function codesShown(
  { say, view }: PageContext,
  answer: Reply<unknown>,
  next: string,
): Markup {
  const { codes } = Object(answer.value) as Readonly<Record<string, unknown>>
  const shown = (Array.isArray(codes) ? codes : []).map(String).join('\n')
  const copy = { label: say('recovery'), button: view.t('copy.button'), done: view.t('copy.done') }
  return markup`<p>${say('recovery_lead')}</p>${ui.copyCode(shown, copy)}
${ui.buttonLink(next, say('recovery_kept'))}`
}

/** Four by four: whoever types it loses his place less. */
function grouped(secret: string): string {
  return secret.replace(/(.{4})(?=.)/g, '$1 ')
}
