import type { Kysely } from 'kysely'
import type { SqlDialect, SqlRow, SqlValue } from '../../parts.ts'

/** What `data.queries()` gives, whatever its tables are. */
type Queries = Pick<Kysely<never>, 'executeQuery'>

/** A query as Kysely compiles it. */
type CompiledText = Extract<Parameters<Queries['executeQuery']>[0], { readonly sql: string }>

/** A statement outside units, of a part of ours, with `?` for values; as the node that Kysely would make of it. */
export async function ask(
  db: Queries,
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
    queryId: { queryId: 'trefoil' },
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
