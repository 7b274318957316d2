import type { SessionView } from '../../sessions/login-sessions.ts'
import type { FormRow, PageContext, PageRow } from '../page-row.ts'
import type { ItemView } from '../page-view.ts'
import { methodsIn } from './methods.ts'

/** Where somebody is signed in. */
export const SESSIONS: PageRow = {
  name: 'sessions',
  path: '/sessions',
  audience: 'member',
  steps: ['list_sessions', 'revoke_session'],
  async show(page) {
    const { house, words, to, member } = page
    const { account, session } = await member()
    const sessions = await house.sessions.list(account, session.id)
    return {
      title: words.say('sessions'),
      parts: [
        { kind: 'list', items: sessions.map((one) => itemOf(page, one)) },
        ...(sessions.length > 1
          ? [
              {
                kind: 'form' as const,
                to: to('end_others'),
                fields: [],
                button: words.say('sessions_end_others'),
              },
            ]
          : []),
        { kind: 'links', links: [{ to: to('account'), text: words.say('back_to_account') }] },
      ],
    }
  },
}

function itemOf({ words, to }: PageContext, one: SessionView): ItemView {
  const device = one.device ?? words.say('session_unknown_device')
  const title = one.current ? `${device} (${words.say('session_current')})` : device
  const { methods, address } = one
  const lines = [
    words.say('session_seen', { when: words.when(one.lastSeenAt) }),
    words.say('session_since', { when: words.when(one.createdAt) }),
    ...(methods.length === 0 ? [] : [words.say('session_by', { methods: methodsIn(methods, words) })]),
    ...(address === null ? [] : [words.say('session_from', { address })]),
  ]
  if (one.current) return { title, lines }
  return {
    title,
    lines,
    forms: [
      {
        kind: 'form',
        to: to('end_session'),
        fields: [{ name: 'session_id', label: '', kind: 'hidden', value: one.id }],
        button: words.say('session_end'),
        buttonName: words.say('session_end_named', { device }),
        look: 'quiet',
      },
    ],
  }
}

/** Twice is as good as once: a second click finds what it wanted. */
export const END_SESSION_FORM: FormRow = {
  name: 'end_session',
  path: '/sessions/end',
  audience: 'member',
  step: 'revoke_session',
  fields: ['session_id'],
  page: 'sessions',
  landed: () => ({ page: 'sessions', notice: 'session_ended' }),
}

export const END_OTHERS_FORM: FormRow = {
  name: 'end_others',
  path: '/sessions/end-others',
  audience: 'member',
  step: 'end_other_sessions',
  fields: [],
  page: 'sessions',
  landed: () => ({ page: 'sessions', notice: 'sessions_others_ended' }),
}
