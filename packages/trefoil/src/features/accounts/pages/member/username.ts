import { markup } from '../../../../inner.ts'
import { ui } from '../../../../pages.ts'
import type { PageRow } from '../page-row.ts'

export const USERNAME: PageRow = {
  name: 'change_username',
  path: '/username',
  title: 'change_username',
  audience: 'member',
  steps: ['set_username'],
  form: {
    step: 'set_username',
    fields: {
      username: {
        kind: 'text',
        label: 'accounts.username',
        hint: 'accounts.p_invalid_username',
        autocomplete: 'username',
      },
    },
    landed: () => ({ page: 'account', notice: 'change_username_done' }),
  },
  async show({ say, to, form, member }) {
    const { account } = await member()
    return markup`${form({ submit: 'change', values: { username: account.username ?? '' } })}
${ui.links([[to('account'), say('cancel')]])}`
  },
}
