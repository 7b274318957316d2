import type { AnyDatabase } from '../../database.ts'
import type { SqlRow, SqlValue } from '../../parts.ts'

/** A query as Kysely compiles it. */
type CompiledText = Extract<
  Parameters<ReturnType<AnyDatabase['queries']>['executeQuery']>[0],
  { readonly sql: string }
>

/** A statement that reads what has been committed, outside the unit of a call; `?` for values. */
export async function readRows(
  data: AnyDatabase,
  text: string,
  values: readonly SqlValue[],
): Promise<readonly SqlRow[]> {
  let count = 0
  const sql = data.dialect === 'postgres' ? text.replaceAll('?', () => `$${++count}`) : text
  const query: CompiledText = {
    sql,
    parameters: values,
    query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
    queryId: { queryId: 'trefoil-accounts' },
  }
  // What its author says of the rows of a text, nobody else can.
  return (await data.queries().executeQuery(query)).rows as readonly SqlRow[]
}

export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}

export function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value)
}
