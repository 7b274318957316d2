// What docs/variables.md says: every variable that Trefoil reads. `npm run docs` writes it,
// test/docs/variables.test.ts holds it equal to what the sources read.

import {
  VARIABLE_SECTIONS,
  variableRowsOfPart,
} from '../packages/trefoil/src/app/options/variable-rows.ts'
import { auditLog } from '../packages/trefoil/src/features/audit/audit-log.ts'
import { database } from '../packages/trefoil/src/features/database/database.ts'
import { health } from '../packages/trefoil/src/features/health.ts'

/** Ready-made parts that read variables; `devTokens` has none of its own. */
const PARTS = [
  auditLog({ keys: 'k'.repeat(32), checkpoints: { origin: 'a' } }),
  database(),
  health(),
]

/** Tables of docs/variables.md. */
export const VARIABLE_CATALOGUE = [
  ...VARIABLE_SECTIONS,
  ...PARTS.map((part) => ({ title: part.name, rows: variableRowsOfPart(part) })),
]

/** Rows of a table: variable, option, value, meaning. Links of the meaning lead from the same folder. */
export function catalogueRows({ rows }) {
  return rows.map(({ name, option, value, doc }) => [
    `\`${name}\``,
    option === '' ? '' : `\`${option}\``,
    value,
    // Anchors of docs/configuration.md, where the same line stands too.
    doc.replaceAll('](#', '](configuration.md#'),
  ])
}
