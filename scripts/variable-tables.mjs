// What docs/variables.md says: every variable that Trefoil reads. `npm run docs` writes it,
// test/docs/variables.test.ts holds it equal to what the sources read.

import {
  VARIABLE_SECTIONS,
  variableRowsOfPart,
} from '../packages/trefoil/src/app/options/variable-rows.ts'
import { accounts } from '../packages/trefoil/src/features/accounts/accounts.ts'
import { auditLog } from '../packages/trefoil/src/features/audit/audit-log.ts'
import { database } from '../packages/trefoil/src/features/database/database.ts'
import { health } from '../packages/trefoil/src/features/health/health.ts'
import { jobQueue } from '../packages/trefoil/src/features/jobs/job-queue.ts'
import { metrics } from '../packages/trefoil/src/features/metrics/metrics.ts'
import { otel } from '../packages/trefoil/src/features/otel/otel.ts'
import { pages } from '../packages/trefoil/src/features/pages/pages.ts'
import { redis } from '../packages/trefoil/src/features/redis/redis.ts'
import { webhooks } from '../packages/trefoil/src/features/webhooks/webhooks.ts'

/** Ready-made parts that read variables; `devTokens` has none of its own. */
const data = database()
const jobs = jobQueue({ data })
const keys = 'k'.repeat(32)
const PARTS = [
  accounts({ data, jobs, keys }),
  auditLog({ keys, checkpoints: { origin: 'a' }, otlp: { url: 'http://localhost' } }),
  data,
  health(),
  jobs,
  metrics({ token: keys }),
  otel(),
  pages({ keys }),
  redis(),
  webhooks({ data, jobs, keys }),
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
