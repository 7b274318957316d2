import { type Markup, markup } from '../../../../inner.ts'
import { foreign, ui } from '../../../../pages.ts'
import type { StoredAccount } from '../../account.ts'
import { refuseAnonymous } from '../../flows/refuse-anonymous.ts'
import type { PageContext, PageRow } from '../page-row.ts'
import type { PageTextName } from '../texts/en.ts'

type Fact = readonly [name: string, value: Markup]

/** What somebody sees of the account: what opens it, how old that is, and where to change it. */
export const OVERVIEW: PageRow = {
  name: 'account',
  path: '',
  title: 'account',
  audience: 'member',
  steps: ['get_account'],
  async show(page) {
    const { view, say, to, form, member } = page
    const { account } = await member()
    refuseAnonymous(account)
    const { email, username, createdAt, lastLoginAt, password, passwordChangedAt } = account
    const change = (name: string, text: PageTextName) => linkTo(page, name, text)
    const who: Fact[] = [
      [
        say('email'),
        markup`${email === null ? say('no_address') : foreign(email)} ${change('ask_change_email', 'change_email')}`,
      ],
      ...(page.has('change_username')
        ? [
            [
              say('username'),
              markup`${username === null ? '–' : foreign(username)} ${change('change_username', 'change_username')}`,
            ] as const,
          ]
        : []),
      [say('member_since'), view.date(createdAt)],
    ]
    const opens: Fact[] = [
      [
        say('password_since'),
        markup`${password === null ? say('has_no_password') : view.date(passwordChangedAt ?? createdAt)} ${change('change_password', 'change_password')}`,
      ],
      [
        say('last_login'),
        markup`${lastLoginAt === null ? say('never') : view.date(lastLoginAt)} ${change('sessions', 'show_sessions')}`,
      ],
    ]
    return markup`${ui.card(null, ui.facts(who))}
${ui.card(say('security'), ui.facts([...opens, ...(await factorsOf(page, account))]))}
${form({ submit: 'sign_out', look: 'plain' }, 'sign_out')}
${ui.links([[to('delete_account'), say('delete_account')]])}`
  },
}

/** What else is asked for than the password, and what signs in in its place. */
async function factorsOf(page: PageContext, account: StoredAccount): Promise<readonly Fact[]> {
  const { house, view, say } = page
  const { id } = account
  const confirmed = await house.factors.confirmed(id)
  const { digests } = await house.recovery.find(id)
  const app = confirmed.find(({ kind }) => kind === 'totp')
  const passkeys = confirmed.filter(({ kind }) => kind === 'passkey')
  const facts: Fact[] = [
    [
      say('factor_totp'),
      markup`${app === undefined ? say('none') : markup`${say('since')} ${view.date(app.confirmedAt ?? app.createdAt)}`} ${linkTo(page, 'totp', 'totp_manage')}`,
    ],
  ]
  if (page.has('passkeys')) {
    const names = passkeys.map(({ name }) => markup`${foreign(name)} `)
    facts.push([
      say('passkeys'),
      markup`${names.length === 0 ? say('none') : names} ${linkTo(page, 'passkeys', 'passkeys_manage')}`,
    ])
  }
  if (page.has('providers')) {
    const own = await house.providers.identities.list(id)
    const names = own.map(({ provider }) => markup`${foreign(provider)} `)
    facts.push([
      say('providers'),
      markup`${names.length === 0 ? say('none') : names} ${linkTo(page, 'providers', 'providers_manage')}`,
    ])
  }
  if (confirmed.length > 0) {
    const left = say('recovery_left', { count: digests.length })
    facts.push([
      say('recovery'),
      markup`${left} ${linkTo(page, 'recovery', 'recovery_regenerate')}`,
    ])
    if (page.has('trusted_devices')) {
      const { length } = await house.trusted.list(account)
      facts.push([
        say('trusted'),
        markup`${length === 0 ? say('none') : String(length)} ${linkTo(page, 'trusted_devices', 'trusted_manage')}`,
      ])
    }
  }
  return facts
}

/** Nothing for a page that the options leave out. What it changes is said to whoever hears the page. */
function linkTo({ to, has, say }: PageContext, name: string, text: PageTextName): Markup | null {
  return has(name) ? markup`<br><a href="${to(name)}">${say(text)}</a>` : null
}
