import { refuseAnonymous } from '../../flows/refuse-anonymous.ts'
import type { PageContext, PageRow } from '../page-row.ts'
import type { FactView, LinkView, PagePart } from '../page-view.ts'

/** What somebody sees of the account: what opens it, how old that is, and where to change it. */
export const OVERVIEW: PageRow = {
  name: 'account',
  path: '',
  audience: 'member',
  steps: ['get_account'],
  async show(page) {
    const { words, to, has, member } = page
    const { account } = await member()
    refuseAnonymous(account)
    const { email, username, createdAt, lastLoginAt, password, passwordChangedAt } = account
    const change = (name: string): { readonly link?: LinkView } =>
      has(name) ? { link: { to: to(name), text: words.say('change') } } : {}
    const who: FactView[] = [
      { name: words.say('email'), value: email ?? words.say('no_address'), ...change('ask_change_email') },
      ...(has('change_username')
        ? [{ name: words.say('username'), value: username ?? '–', ...change('change_username') }]
        : []),
      { name: words.say('member_since'), value: words.when(createdAt) },
    ]
    const opens: FactView[] = [
      {
        name: words.say('password_since'),
        value:
          password === null
            ? words.say('has_no_password')
            : words.when(passwordChangedAt ?? createdAt),
        ...change('change_password'),
      },
      {
        name: words.say('last_login'),
        value: lastLoginAt === null ? words.say('never') : words.when(lastLoginAt),
        link: { to: to('sessions'), text: words.say('show_sessions') },
      },
    ]
    return {
      title: words.say('account'),
      parts: [
        { kind: 'facts', facts: who },
        { kind: 'section', heading: words.say('security'), parts: [{ kind: 'facts', facts: opens }] },
        ...(await factorsOf(page)),
        { kind: 'form', to: to('sign_out'), fields: [], button: words.say('sign_out'), look: 'quiet' },
        {
          kind: 'links',
          links: [{ to: to('delete_account'), text: words.say('delete_account') }],
        },
      ],
    }
  },
}

/** Those that the options have. */
async function factorsOf(_page: PageContext): Promise<readonly PagePart[]> {
  return []
}
