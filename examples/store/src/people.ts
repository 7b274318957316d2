/** Somebody who can have a token for the store. */
export interface Person {
  readonly subject: string
  readonly scopes: readonly string[]
  readonly roles: readonly string[]
}

/** Everybody the store knows, by the name that `npm run token` takes. */
export const PEOPLE: ReadonlyMap<string, Person> = new Map([
  ['viewer', { subject: 'user_viewer', scopes: ['orders:read'], roles: [] }],
  ['operator', { subject: 'user_operator', scopes: ['orders:read', 'orders:write'], roles: [] }],
  ['admin', { subject: 'user_admin', scopes: ['orders:read', 'orders:write'], roles: ['admin'] }],
  ['customer', { subject: 'cust_001', scopes: ['orders:own'], roles: ['customer'] }],
])
