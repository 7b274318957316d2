import { type Markup, markup } from '../../../../inner.ts'
import { foreign, ui } from '../../../../pages.ts'
import type { TrustedDevice } from '../../mfa/trusted-devices.ts'
import type { FormRow, PageContext, PageRow } from '../page-row.ts'

/** Devices that are not asked for a second factor. */
export const TRUSTED: PageRow = {
  name: 'trusted_devices',
  path: '/trusted-devices',
  title: 'trusted',
  audience: 'member',
  steps: ['list_trusted_devices', 'forget_trusted_device', 'forget_trusted_devices'],
  async show(page) {
    const { house, say, to, form, member } = page
    const { account } = await member()
    const devices = await house.trusted.list(account)
    const entries = devices.map((one) => entryOf(page, one))
    return markup`<p>${say(devices.length === 0 ? 'trusted_none' : 'trusted_lead')}</p>
${devices.length > 0 && ui.list(entries)}
${devices.length > 1 && form({ submit: 'trusted_forget_all' }, 'forget_all_trusted')}
${ui.links([[to('account'), say('back_to_account')]])}`
  },
}

function entryOf({ view, say, form }: PageContext, one: TrustedDevice): Markup {
  const { id, createdAt, expiresAt } = one
  const device = one.device ?? say('session_unknown_device')
  const label = say('trusted_forget_named', { device })
  const look = { submit: 'trusted_forget', look: 'plain', key: id, label } as const
  return markup`<strong>${foreign(device)}</strong>
<br><span class="soft">${say('since')} ${view.date(createdAt)}, ${say('trusted_until')} ${view.date(expiresAt)}</span>
${form({ ...look, values: { device_id: id } }, 'forget_trusted')}`
}

/** Nothing is opened by them, so that a session is enough. */
export const TRUSTED_FORMS: readonly FormRow[] = [
  {
    name: 'forget_trusted',
    path: '/trusted-devices/forget',
    of: 'trusted_devices',
    step: 'forget_trusted_device',
    fields: { device_id: { kind: 'hidden', maxLength: 64 } },
    landed: () => ({ page: 'trusted_devices', notice: 'trusted_forgotten' }),
  },
  {
    name: 'forget_all_trusted',
    path: '/trusted-devices/forget-all',
    of: 'trusted_devices',
    step: 'forget_trusted_devices',
    landed: () => ({ page: 'trusted_devices', notice: 'trusted_all_forgotten' }),
  },
]
