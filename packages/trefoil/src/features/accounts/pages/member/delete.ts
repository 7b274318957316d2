import type { FormRow, PageRow } from '../page-row.ts'
import { presenceField } from './presence.ts'

export const DELETE: PageRow = {
  name: 'delete_account',
  path: '/delete',
  audience: 'member',
  steps: ['delete_account'],
  async show({ words, to, member }) {
    const { account } = await member()
    return {
      title: words.say('delete_account'),
      parts: [
        {
          kind: 'form',
          to: to('delete_account'),
          lead: words.say('delete_account_lead'),
          fields: presenceField(account, words),
          button: words.say('delete_account_button'),
          look: 'danger',
        },
        { kind: 'links', links: [{ to: to('account'), text: words.say('cancel') }] },
      ],
    }
  },
}

export const DELETE_FORM: FormRow = {
  name: 'delete_account',
  path: '/delete',
  audience: 'member',
  step: 'delete_account',
  fields: ['current_password'],
  page: 'delete_account',
  landed: () => ({ page: 'deleted' }),
}

/** Nobody is signed in any more. */
export const DELETED: PageRow = {
  name: 'deleted',
  path: '/deleted',
  audience: 'anybody',
  steps: ['delete_account'],
  show: ({ words }) => ({
    title: words.say('deleted'),
    parts: [{ kind: 'text', text: words.say('deleted_lead') }],
  }),
}
