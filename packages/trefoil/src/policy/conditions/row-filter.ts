/**
 * A condition as part of a query: `db.selectFrom('orders').where(own.filter(call.auth))`. It is an
 * `Expression<SqlBool>` of Kysely's. Values are parameters, never text of the statement.
 */
export interface RowFilter {
  /** For types only. */
  readonly expressionType: boolean | undefined
  toOperationNode(): { readonly kind: 'ParensNode' }
}
