import { type Markup, markup } from '../../../../inner.ts'
import { foreign, type PageFields, ui } from '../../../../pages.ts'
import { proofForms, provedForm } from '../factors/proof-forms.ts'
import type { FormRow, PageContext, PageRow } from '../page-row.ts'

const PROVIDER: PageFields = { provider: { kind: 'hidden', maxLength: 64 } }
const IDENTITY: PageFields = { identity_id: { kind: 'hidden', maxLength: 64 } }

/** Logins with a provider: added, and removed. */
export const PROVIDERS: PageRow = {
  name: 'providers',
  path: '/providers',
  title: 'providers',
  audience: 'member',
  steps: ['list_identities', 'link_identity', 'unlink_identity'],
  async show(page) {
    const { house, say, to, member } = page
    const { account } = await member()
    const { names, identities } = house.providers
    const own = await identities.list(account.id)
    const entries: Markup[] = []
    for (const one of own) entries.push(await entryOf(page, one))
    const parts: Markup[] = []
    for (const provider of names) {
      const submit = say('provider_link', { provider })
      const look = { submit: 'provider_add', key: provider, values: { provider } } as const
      const form = await provedForm(page, 'link_provider', 'providers', { ...look, label: submit })
      parts.push(ui.card(submit, form))
    }
    return markup`${own.length === 0 ? markup`<p>${say('none')}</p>` : ui.list(entries)}${parts}
${ui.links([[to('account'), say('back_to_account')]])}`
  },
}

type Identity = Awaited<ReturnType<PageContext['house']['providers']['identities']['list']>>[number]

async function entryOf(page: PageContext, one: Identity): Promise<Markup> {
  const { view, say } = page
  const { id, provider, linkedAt } = one
  const label = say('provider_unlink', { provider })
  const look = {
    submit: 'provider_remove',
    look: 'bad',
    key: id,
    values: { identity_id: id },
  } as const
  const remove = await provedForm(page, 'unlink_provider', 'providers', { ...look, label })
  return markup`<strong>${foreign(provider)}</strong>
<br><span class="soft">${say('since')} ${view.date(linkedAt)}</span>${ui.confirm(label, remove)}`
}

/** Forms of logins with a provider. */
export const PROVIDER_FORMS: readonly FormRow[] = [
  ...proofForms({
    name: 'link_provider',
    path: '/providers/add',
    of: 'providers',
    step: 'link_identity',
    fields: PROVIDER,
    adds: (page) => ({ next: page.place('providers') }),
    // A link, and no redirect: what a form leads to stays on this site, by the policy of the page.
    landed: ({ say }, { value }) => ({
      title: 'providers',
      body: ui.buttonLink(String(Reflect.get(Object(value), 'url')), say('provider_go')),
    }),
  }),
  ...proofForms({
    name: 'unlink_provider',
    path: '/providers/remove',
    of: 'providers',
    step: 'unlink_identity',
    fields: IDENTITY,
    landed: () => ({ page: 'providers', notice: 'provider_unlinked' }),
  }),
]
