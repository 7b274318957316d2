import type { AnyDatabase } from '../../database.ts'
import { ask } from '../../inner.ts'
import type { SqlRow, SqlValue } from '../../parts.ts'

/** A statement that reads what has been committed, outside the unit of a call; `?` for values. */
export function readRows(
  data: AnyDatabase,
  text: string,
  values: readonly SqlValue[],
): Promise<readonly SqlRow[]> {
  return ask(data.queries(), data.dialect, text, values)
}

export function textOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : String(value)
}

export function numberOrNull(value: unknown): number | null {
  return value === null || value === undefined ? null : Number(value)
}
