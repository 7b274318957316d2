import type { AnyDatabase } from '../../../database.ts'
import type { SqlDialect, SqlRow, SqlValue } from '../../../parts.ts'

/** A query as Kysely compiles it. */
type CompiledText = Extract<
  Parameters<ReturnType<AnyDatabase['queries']>['executeQuery']>[0],
  { readonly sql: string }
>

/** A statement outside units, with `?` for values; as the node that Kysely would make of it. */
export async function ask(
  db: ReturnType<AnyDatabase['queries']>,
  dialect: SqlDialect,
  text: string,
  values: readonly SqlValue[] = [],
): Promise<readonly SqlRow[]> {
  const sql = dialect === 'postgres' ? numbered(text) : text
  const query: CompiledText = {
    sql,
    parameters: values,
    // Made by hand: an app without a database need not have Kysely loaded.
    query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
    queryId: { queryId: 'trefoil-audit' },
  }
  // What its author says of the rows of a text, nobody else can.
  return (await db.executeQuery(query)).rows as readonly SqlRow[]
}

const known = new Map<string, string>()

function numbered(text: string): string {
  let sql = known.get(text)
  if (sql === undefined) {
    let count = 0
    sql = text.replaceAll('?', () => `$${++count}`)
    // Those of `find` are of some dozens of shapes.
    if (known.size < 1000) known.set(text, sql)
  }
  return sql
}
