import type { FormRow, PageRow } from '../page-row.ts'

export const USERNAME: PageRow = {
  name: 'change_username',
  path: '/username',
  audience: 'member',
  steps: ['set_username'],
  async show({ words, to, member }, { values }) {
    const { account } = await member()
    return {
      title: words.say('change_username'),
      parts: [
        {
          kind: 'form',
          to: to('change_username'),
          fields: [
            {
              name: 'username',
              label: words.say('username'),
              kind: 'text',
              autocomplete: 'username',
              hint: words.say('p_invalid_username'),
              value: values['username'] ?? account.username ?? '',
            },
          ],
          button: words.say('change'),
        },
        { kind: 'links', links: [{ to: to('account'), text: words.say('cancel') }] },
      ],
    }
  },
}

export const USERNAME_FORM: FormRow = {
  name: 'change_username',
  path: '/username',
  audience: 'member',
  step: 'set_username',
  fields: ['username'],
  page: 'change_username',
  landed: () => ({ page: 'account', notice: 'change_username_done' }),
}
