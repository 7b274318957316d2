import { newPasswordField } from '../entry/new-password-field.ts'
import type { FormRow, PageRow } from '../page-row.ts'
import { presenceField, userNameField } from './presence.ts'

/** A new password for whoever knows the old one, or has none and signed in a moment ago. */
export const PASSWORD: PageRow = {
  name: 'change_password',
  path: '/password',
  audience: 'member',
  steps: ['change_password'],
  async show({ house, words, to, member }) {
    const { account } = await member()
    return {
      title: words.say('change_password'),
      parts: [
        {
          kind: 'form',
          to: to('change_password'),
          lead: words.say('change_password_lead'),
          fields: [
            userNameField(account),
            ...presenceField(account, words),
            newPasswordField(house, words, 'new_password'),
          ],
          button: words.say('change_password'),
        },
        { kind: 'links', links: [{ to: to('account'), text: words.say('cancel') }] },
      ],
    }
  },
}

export const PASSWORD_FORM: FormRow = {
  name: 'change_password',
  path: '/password',
  audience: 'member',
  step: 'change_password',
  fields: ['current_password', 'password'],
  page: 'change_password',
  landed: () => ({ page: 'account', notice: 'change_password_done' }),
}
