import { type AuthContext, AuthenticationError, type Guard, requireAuth } from '../../../auth.ts'
import { type Call, query, reply } from '../../../index.ts'
import type { PartRoutes } from '../../../parts.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { optionalField, textField, textsField, wholeField } from '../fields.ts'
import type { FlowStep } from '../flow-step.ts'
import { AccountOperations } from './account-operations.ts'
import { factorOf, sessionOf, viewOf } from './account-view.ts'

const ID = textField(64)
const WORD = textField(128)
/** Accounts of a page. */
const PAGE = 50
const MOST_PAGE = 200
const MOST_ROLES = 32

type Auth = AuthContext | null

/** What the actions of operators have in common. Over MCP there is none: nothing that reads mails rules accounts. */
function common(house: AccountsHouse) {
  const guards: readonly Guard[] = [requireAuth(), ...(house.values.operators ?? [])]
  return { guards, cli: true, audit: true, tags: ['accounts'] } as const
}

/**
 * Whoever acts for an operator reads for him. Roles and links are given by himself: an agent would make itself an
 * account that outlives what it was lent, whatever `agentWrites` says (SW-36).
 *
 * @throws Problem `operator_outranked`
 */
function rulerOf(call: Call<Auth>): AuthContext {
  const auth = operatorOf(call)
  if (auth.kind === 'agent' || auth.actor.length > 0) {
    throw accountsProblems.problem('operator_outranked', {
      fix: 'Operators change accounts themselves, and no agent of theirs does: sign in as one.',
    })
  }
  return auth
}

/** The guards have asked already; where a surface has no authenticator, nobody is let through. */
function operatorOf({ auth }: Call<Auth>): AuthContext {
  if (auth === null) throw new AuthenticationError('Operators have to say who they are')
  return auth
}

interface StepRow extends Pick<FlowStep, 'name' | 'method' | 'path'> {
  add(routes: PartRoutes, path: string, house: AccountsHouse, on: AccountOperations): void
}

const ROWS: readonly StepRow[] = [
  {
    name: 'accounts_list',
    method: 'GET',
    path: '/operators/accounts',
    add(routes, path, house, on) {
      const params = {
        after: query(optionalField(ID), { description: '`next` of the page before.' }),
        limit: query(optionalField(wholeField(1, MOST_PAGE)), {
          description: `Accounts of a page; ${PAGE} if not given.`,
        }),
      }
      const description = 'List accounts, one page at a time.'
      const options = { ...common(house), name: this.name, description, params }
      routes.get(path, options, async ({ after = '', limit = PAGE }, call) => {
        const page = await on.page(operatorOf(call), after, limit)
        return { accounts: page.accounts.map(viewOf), next: page.next }
      })
    },
  },
  {
    name: 'accounts_show',
    method: 'GET',
    path: '/operators/accounts/{account_id}',
    add(routes, path, house, on) {
      const description = 'Show one account, by its id, address or user name.'
      const options = {
        ...common(house),
        name: this.name,
        description,
        params: { account_id: WORD },
      }
      routes.get(path, options, async ({ account_id }, call) =>
        viewOf(await on.find(operatorOf(call), account_id)),
      )
    },
  },
  {
    name: 'accounts_create',
    method: 'POST',
    path: '/operators/accounts',
    add(routes, path, house, on) {
      const params = {
        email: textField(512),
        username: optionalField(WORD),
        tenant: optionalField(WORD),
        roles: optionalField(textsField(MOST_ROLES, 128)),
        locale: optionalField(textField(35)),
        db: house.data.db,
      }
      const description = 'Make an account; a mail says how its owner sets a password.'
      const options = { ...common(house), name: this.name, description, params }
      routes.post(path, options, async ({ db, email, ...given }, call) => {
        const { username = null, tenant = null, roles = [], locale = null } = given
        const operator = rulerOf(call)
        const made = { email, username, tenant, roles, locale }
        const account = await on.create(db, operator, made)
        await house.mails.challenge(db, await on.resetChallenge(db, operator, account.id))
        return reply(viewOf(account), { status: 201 })
      })
    },
  },
  change('accounts_disable', 'disable', 'Sign an account out and let it in no more.', 'disable'),
  change('accounts_enable', 'enable', 'Let a disabled account in again.', 'enable'),
  {
    name: 'accounts_factors',
    method: 'GET',
    path: '/operators/accounts/{account_id}/factors',
    add(routes, path, house, on) {
      const description = 'List the second factors of an account.'
      const options = { ...common(house), name: this.name, description, params: { account_id: ID } }
      routes.get(path, options, async ({ account_id }, call) => ({
        factors: (await on.factors(operatorOf(call), account_id)).map(factorOf),
      }))
    },
  },
  change(
    'accounts_reset_factors',
    'reset-factors',
    'Remove all second factors of an account, whose owner has lost them; it is signed out and told.',
    'resetFactors',
  ),
  change('accounts_end_sessions', 'end-sessions', 'Sign an account out everywhere.', 'endSessions'),
  roleChange('accounts_grant', 'grant', 'Give an account a role; it signs in anew.'),
  roleChange('accounts_revoke', 'revoke', 'Take a role from an account; it signs in anew.'),
  {
    name: 'accounts_set_tenant',
    method: 'POST',
    path: '/operators/accounts/{account_id}/tenant',
    add(routes, path, house, on) {
      const params = { account_id: ID, tenant: optionalField(WORD), db: house.data.db }
      const description = 'Move an account to a tenant, or to none; it signs in anew.'
      const options = { ...common(house), name: this.name, description, params }
      routes.post(path, options, async ({ account_id, tenant = null, db }, call) =>
        viewOf(await on.setTenant(db, rulerOf(call), account_id, tenant)),
      )
    },
  },
  {
    name: 'accounts_sessions',
    method: 'GET',
    path: '/operators/accounts/{account_id}/sessions',
    add(routes, path, house, on) {
      const description = 'List the login sessions of an account.'
      const options = { ...common(house), name: this.name, description, params: { account_id: ID } }
      routes.get(path, options, async ({ account_id }, call) => ({
        sessions: (await on.sessions(operatorOf(call), account_id)).map(sessionOf),
      }))
    },
  },
  {
    name: 'accounts_send_reset_link',
    method: 'POST',
    path: '/operators/accounts/{account_id}/reset-link',
    add(routes, path, house, on) {
      const params = { account_id: ID, db: house.data.db }
      const description = 'Mail an account a link by which its owner sets a password.'
      const options = { ...common(house), name: this.name, description, params }
      routes.post(path, options, async ({ account_id, db }, call) => {
        await house.mails.challenge(db, await on.resetChallenge(db, rulerOf(call), account_id))
        return reply({ detail: 'A mail is on its way' }, { status: 202 })
      })
    },
  },
  {
    name: 'accounts_unlock',
    method: 'POST',
    path: '/operators/accounts/{account_id}/unlock',
    add(routes, path, house, on) {
      const description = 'Forget the wrong tries at an account; those of addresses stay.'
      const options = { ...common(house), name: this.name, description, params: { account_id: ID } }
      routes.post(path, options, async ({ account_id }, call) =>
        viewOf(await on.unlock(rulerOf(call), account_id)),
      )
    },
  },
  {
    name: 'accounts_delete',
    method: 'DELETE',
    path: '/operators/accounts/{account_id}',
    add(routes, path, house, on) {
      const params = { account_id: ID, db: house.data.db }
      const description = 'Delete an account for good; its owner is told by mail.'
      const options = { ...common(house), name: this.name, description, params }
      routes.delete(path, options, async ({ account_id, db }, call) => {
        await on.remove(db, rulerOf(call), account_id)
        return null
      })
    },
  },
]

function change(
  name: string,
  word: string,
  description: string,
  how: 'disable' | 'enable' | 'endSessions' | 'resetFactors',
): StepRow {
  return {
    name,
    method: 'POST',
    path: `/operators/accounts/{account_id}/${word}`,
    add(routes, path, house, on) {
      const params = { account_id: ID, db: house.data.db }
      const options = { ...common(house), name, description, params }
      routes.post(path, options, async ({ account_id, db }, call) =>
        viewOf(await on[how](db, rulerOf(call), account_id)),
      )
    },
  }
}

function roleChange(name: string, how: 'grant' | 'revoke', description: string): StepRow {
  return {
    name,
    method: 'POST',
    path: `/operators/accounts/{account_id}/${how}`,
    add(routes, path, house, on) {
      const params = { account_id: ID, role: WORD, db: house.data.db }
      const options = { ...common(house), name, description, params }
      routes.post(path, options, async ({ account_id, role, db }, call) =>
        viewOf(await on[how](db, rulerOf(call), account_id, role)),
      )
    },
  }
}

/** All that operators do over HTTP and the CLI. Where nobody was named as one, none of it is there. */
export const OPERATOR_STEPS: readonly FlowStep[] = ROWS.map((row) =>
  Object.freeze({
    flow: 'operators',
    name: row.name,
    method: row.method,
    path: row.path,
    proof: 'operator',
    owner: 'any-account',
    after: [],
    register(routes: PartRoutes, path: string, house: AccountsHouse) {
      if (house.values.operators === null) return
      row.add(routes, path, house, new AccountOperations(house))
    },
  } as const),
)
