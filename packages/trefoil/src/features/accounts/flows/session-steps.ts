import { type AuthContext, AuthenticationError } from '../../../auth.ts'
import { type Call, path as pathParam } from '../../../index.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { textField } from '../fields.ts'
import type { FlowStep } from '../flow-step.ts'
import type { SessionOwner } from '../sessions/login-sessions.ts'
import { hasOwnSession, isDelegate } from './signed-in.ts'
import { params, STRANGERS } from './step-options.ts'

/** A new pair of tokens for one that was given before. */
const REFRESH_STEP: FlowStep = {
  flow: 'sessions',
  name: 'refresh',
  method: 'POST',
  path: '/refresh',
  proof: 'refresh-token',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    const { optionalSecret, word } = params
    routes.post(
      path,
      {
        ...STRANGERS,
        name: 'refresh',
        description: 'Get a new pair of tokens for a refresh token.',
        params: {
          refresh_token: optionalSecret,
          client_id: word,
          client_secret: optionalSecret,
          // Of OAuth's form, which whoever comes from there sends.
          grant_type: word,
        },
        problems: [
          'missing_refresh_token',
          'invalid_refresh_token',
          'account_disabled',
          'client_credentials_required',
          'invalid_client_credentials',
        ],
      },
      async ({ refresh_token, client_id, client_secret }, call) => {
        const client = house.clients.check(client_id, client_secret)
        return house.sessions.refresh(call, refresh_token ?? null, client?.id ?? null)
      },
    )
  },
}

/**
 * Whoever holds a session can give it back. Nothing is changed in the sense of `agentWrites`, which would keep
 * anonymous sessions and those of other clients, of unknown kind, from ending what nobody else ends for them. Agents
 * are refused by the handler; the audit log has it as it has every change.
 */
const OWN_END = { changes: false, audit: true } as const

/** Over on the server, at once and for good (SW-35). */
const LOGOUT_STEP: FlowStep = {
  flow: 'sessions',
  name: 'logout',
  method: 'POST',
  path: '/logout',
  proof: 'session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    routes.post(
      path,
      {
        csrf: 'always',
        ...OWN_END,
        name: 'logout',
        description: 'End this session.',
      },
      (_, call) => {
        // Its token may name the session of whom it acts for, which is not its to end.
        if (call.auth !== null && isDelegate(call.auth)) throw stranger()
        return house.sessions.signOut(call)
      },
    )
  },
}

const LIST_STEP: FlowStep = {
  flow: 'sessions',
  name: 'list_sessions',
  method: 'GET',
  path: '/sessions',
  proof: 'session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    routes.get(
      path,
      {
        name: 'list_sessions',
        description: 'List where you are signed in.',
        cli: true,
        tool: house.values.tools,
      },
      async (_, call) => {
        const { owner, current } = await ownSessions(house, call)
        const sessions = await house.sessions.list(owner, current)
        return {
          sessions: sessions.map((one) => ({
            id: one.id,
            current: one.current,
            device: one.device,
            address: one.address,
            methods: one.methods,
            created_at: new Date(one.createdAt).toISOString(),
            last_seen_at: new Date(one.lastSeenAt).toISOString(),
          })),
        }
      },
    )
  },
}

/** Before the step of one session, whose path fits too. */
const END_OTHERS_STEP: FlowStep = endSeveral('end_other_sessions', '/sessions/others', {
  description: 'End all your sessions but this one.',
  keepsCurrent: true,
})

const END_ALL_STEP: FlowStep = endSeveral('end_all_sessions', '/sessions', {
  description: 'End all your sessions, and this one too.',
  keepsCurrent: false,
})

const END_STEP: FlowStep = {
  flow: 'sessions',
  name: 'end_session',
  method: 'DELETE',
  path: '/sessions/{session_id}',
  proof: 'session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    routes.delete(
      path,
      {
        name: 'end_session',
        description: 'End one of your sessions.',
        cli: true,
        tool: house.values.tools,
        params: { session_id: pathParam(textField(64)) },
        problems: ['session_not_found'],
      },
      async ({ session_id }, call) => {
        const { owner } = await ownSessions(house, call)
        if (!(await house.sessions.end(owner, session_id))) throw notFound()
        return null
      },
    )
  },
}

/** Twice is as good as once: whose id it is, it says itself. */
const REVOKE_STEP: FlowStep = {
  flow: 'sessions',
  name: 'revoke_session',
  method: 'POST',
  path: '/sessions/{session_id}/revoke',
  proof: 'session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    routes.post(
      path,
      {
        ...OWN_END,
        name: 'revoke_session',
        description: 'End one of your sessions, if it has not ended already.',
        params: { session_id: pathParam(textField(64)) },
        problems: ['session_not_found'],
      },
      async ({ session_id }, call) => {
        const { owner } = await ownSessions(house, call)
        const { auth } = call
        // Others have `end_session`, where the app lets them change something.
        if (auth === null || isDelegate(auth) || !(await hasOwnSession(house, owner, auth))) {
          throw stranger()
        }
        const isEnded = await house.sessions.end(owner, session_id)
        if (!isEnded && !(await house.sessions.isOf(owner, session_id))) throw notFound()
        return null
      },
    )
  },
}

/** Renewing, ending and listing login sessions, in the order in which they are registered. */
export const SESSION_STEPS: readonly FlowStep[] = [
  REFRESH_STEP,
  LOGOUT_STEP,
  LIST_STEP,
  END_OTHERS_STEP,
  END_ALL_STEP,
  END_STEP,
  REVOKE_STEP,
]

function endSeveral(
  name: string,
  below: string,
  { description, keepsCurrent }: { readonly description: string; readonly keepsCurrent: boolean },
): FlowStep {
  return {
    flow: 'sessions',
    name,
    method: 'DELETE',
    path: below,
    proof: 'session',
    owner: 'caller',
    after: ['login'],
    register(routes, path, house) {
      routes.delete(
        path,
        { name, description, cli: true, tool: house.values.tools },
        async (_, call) => {
          const { owner, current } = await ownSessions(house, call)
          await house.sessions.endAll(owner, keepsCurrent ? current : null)
          return null
        },
      )
    },
  }
}

/**
 * Whose sessions the caller may see and end: his own, as the account has them now. A subject of another tenant, or
 * one that there is no account of, is a stranger here, whoever vouches for it, and so is whoever has no login session
 * of the account (an agent, a key, a token of another issuer) where the option `tools` does not say that such may.
 *
 * @throws AuthenticationError
 */
async function ownSessions(
  house: AccountsHouse,
  call: Call,
): Promise<{ readonly owner: SessionOwner; readonly current: string | null }> {
  const { auth } = call
  const { accounts, values } = house
  if (auth === null || (isDelegate(auth) && !values.tools)) throw stranger()
  const access = await accounts.access(auth.subject)
  if (access === null || access.tenant !== auth.tenant) throw stranger()
  if (!values.tools && !(await hasOwnSession(house, access, auth))) throw stranger()
  return { owner: access, current: sessionOf(auth) }
}

function sessionOf({ session }: AuthContext): string | null {
  return session?.id ?? null
}

function stranger(): Error {
  return new AuthenticationError('Sign in first')
}

function notFound(): Error {
  return accountsProblems.problem('session_not_found')
}
