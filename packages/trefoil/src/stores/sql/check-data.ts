import type { SqlData } from '../../contract/ports/sql-data.ts'

/** @throws TypeError saying what to write */
export function checkData(who: string, data: unknown): asserts data is SqlData {
  const { dialect, tables, unit } = (data ?? {}) as Partial<Record<keyof SqlData, unknown>>
  const isData =
    (dialect === 'sqlite' || dialect === 'postgres') &&
    typeof tables === 'function' &&
    typeof unit === 'function'
  if (isData) return
  throw new TypeError(`${who}() needs what database() gives: const data = database(); ${who}(data)`)
}
