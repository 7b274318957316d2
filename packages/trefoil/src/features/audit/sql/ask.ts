import type { CompiledQuery, Kysely } from 'kysely'
import type { SqlDialect, SqlRow, SqlValue } from '../../../parts.ts'

/** A statement outside units, with `?` for values; as the node that Kysely would make of it. */
export async function ask(
  db: Kysely<never>,
  dialect: SqlDialect,
  text: string,
  values: readonly SqlValue[] = [],
): Promise<readonly SqlRow[]> {
  const sql = dialect === 'postgres' ? numbered(text) : text
  const query: CompiledQuery<SqlRow> = {
    sql,
    parameters: values,
    // Made by hand: an app without a database need not have Kysely loaded.
    query: { kind: 'RawNode', sqlFragments: [sql], parameters: [] },
    queryId: { queryId: 'trefoil-audit' },
  }
  return (await db.executeQuery(query)).rows
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
