/** Somebody who can have a token for the store. */
export interface Person {
  readonly subject: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
  /** Who acts for them, when it is not they themselves. */
  readonly actor?: string
}

/** Everybody the store knows, by the name that `npm run token` takes. */
export const PEOPLE: ReadonlyMap<string, Person> = new Map([
  ['viewer', { subject: 'user_viewer', scopes: ['orders:read'], roles: [] }],
  ['operator', { subject: 'user_operator', scopes: ['orders:read', 'orders:write'], roles: [] }],
  ['admin', { subject: 'user_admin', scopes: ['orders:read', 'orders:write'], roles: ['admin'] }],
  ['customer', { subject: 'cust_001', scopes: ['orders:own'], roles: ['customer'] }],
  // What a person may do, done by a program: the token says both (RFC 8693).
  [
    'agent',
    {
      subject: 'user_operator',
      scopes: ['orders:read', 'orders:write'],
      roles: [],
      actor: 'agent_helper',
    },
  ],
])
