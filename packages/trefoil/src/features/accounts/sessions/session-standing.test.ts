import { expect, test } from 'vitest'
import { standingOf } from './session-standing.ts'

const CLIENT = { id: 'cli', isFirstParty: true }
const access = { tenant: null, epoch: 3, disabledAt: null as number | null }

/** Of a session that the store still has, whatever its account has come to. */
async function standing(
  account: object | null,
  session: { epoch?: number; clientId?: string | null; tenant?: string | null } = {},
): Promise<string> {
  const { epoch = 3, clientId = null, tenant = null } = session
  const rules = {
    accounts: { access: async () => account },
    clients: { find: (id: string) => (id === CLIENT.id ? CLIENT : null) },
  }
  const { kind } = await standingOf(
    // What no rule reads is left out.
    rules as never,
    { owner: { subject: 'a', tenant } } as never,
    { epoch, clientId } as never,
  )
  return kind
}

test.each([
  ['is good', 'good', access, {}],
  ['of a client that there is', 'good', access, { clientId: 'cli' }],
  ['of a client that is gone', 'over', access, { clientId: 'web' }],
  ['of an account that is gone', 'over', null, {}],
  ['of an account that is disabled', 'disabled', { ...access, disabledAt: 1, epoch: 4 }, {}],
  ['of an epoch that is over', 'over', { ...access, epoch: 4 }, {}],
  ['of an epoch that has not begun', 'over', { ...access, epoch: 2 }, {}],
  ['of another tenant', 'over', { ...access, tenant: 't2' }, {}],
  ['of a tenant that its account has left', 'over', access, { tenant: 't1' }],
])(
  'SES-8: a session %s is %s, whatever the store of sessions still has',
  async (_, kind, ...rest) => {
    expect(await standing(...rest)).toBe(kind)
  },
)
