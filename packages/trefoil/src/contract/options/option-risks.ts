import type { AnyOptionGroup } from './option-rows.ts'
import type { ProductionRisk } from './production-risk.ts'

/** What the values of a group make unfit for production, in the order of its rows. */
export function optionRisks(group: AnyOptionGroup, values: object): readonly ProductionRisk[] {
  return Object.entries(group.rows).flatMap(([name, row]) => {
    const value: unknown = Reflect.get(values, name)
    // The row has read this value.
    const own = row.risk?.(value as never) ?? null
    const inner =
      row.group === undefined || typeof value !== 'object' || value === null
        ? []
        : optionRisks(row.group, value)
    return own === null ? inner : [own, ...inner]
  })
}
