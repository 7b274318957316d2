import { type Markup, markup } from '../../../../inner.ts'
import { foreign, ui } from '../../../../pages.ts'
import type { SessionView } from '../../sessions/login-sessions.ts'
import type { FormRow, PageContext, PageRow } from '../page-row.ts'
import { methodsIn } from './methods.ts'

/** Where somebody is signed in. */
export const SESSIONS: PageRow = {
  name: 'sessions',
  path: '/sessions',
  title: 'sessions',
  audience: 'member',
  steps: ['list_sessions', 'revoke_session', 'end_other_sessions'],
  async show(page) {
    const { house, say, to, form, member } = page
    const { account, session } = await member()
    const sessions = await house.sessions.list(account, session.id)
    return markup`${ui.list(sessions.map((one) => entryOf(page, one)))}
${sessions.length > 1 && form({ submit: 'sessions_end_others' }, 'end_others')}
${ui.links([[to('account'), say('back_to_account')]])}`
  },
}

function entryOf({ view, say, form }: PageContext, one: SessionView): Markup {
  const device = one.device ?? say('session_unknown_device')
  const { methods, address } = one
  const facts: (Markup | string)[] = [
    ...(methods.length === 0
      ? []
      : [say('session_by', { methods: methodsIn(methods, say, view) })]),
    ...(address === null ? [] : [say('session_from', { address })]),
  ]
  return markup`<strong>${foreign(device)}</strong>${one.current && markup` (${say('session_current')})`}
<br>${say('session_seen')} ${view.date(one.lastSeenAt)}
<br><span class="soft">${say('session_since')} ${view.date(one.createdAt)}${facts.map((fact) => markup`, ${fact}`)}</span>
${!one.current && form({ submit: 'session_end', look: 'plain', key: one.id, values: { session_id: one.id }, label: say('session_end_named', { device }) }, 'end_session')}`
}

/** Twice is as good as once: a second click finds what it wanted. */
export const END_SESSION: FormRow = {
  name: 'end_session',
  path: '/sessions/end',
  of: 'sessions',
  step: 'revoke_session',
  fields: { session_id: { kind: 'hidden', maxLength: 64 } },
  landed: () => ({ page: 'sessions', notice: 'session_ended' }),
}

export const END_OTHERS: FormRow = {
  name: 'end_others',
  path: '/sessions/end-others',
  of: 'sessions',
  step: 'end_other_sessions',
  landed: () => ({ page: 'sessions', notice: 'sessions_others_ended' }),
}
