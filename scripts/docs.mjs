// `npm run docs`: writes the tables of docs/ from the data they describe, and those of the codemod
// there. Needs the project's own Node 24: the tables are imported as TypeScript.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { SETTINGS } from '../packages/trefoil/src/app/settings/settings-options.ts'
import { PROBLEMS } from '../packages/trefoil/src/contract/problems/problems.ts'
import { LIFECYCLE } from '../packages/trefoil/src/engine/lifecycle.ts'
import { ACCOUNTS } from '../packages/trefoil/src/features/accounts/accounts-options.ts'
import { MAIL } from '../packages/trefoil/src/features/accounts/mail/mail-options.ts'
import { SMTP } from '../packages/trefoil/src/features/accounts/mail/smtp-options.ts'
import { ACCOUNT_PAGES } from '../packages/trefoil/src/features/accounts/pages/account-pages-options.ts'
import { PASSKEYS } from '../packages/trefoil/src/features/accounts/passkeys/passkey-options.ts'
import {
  OAUTH,
  OIDC_PROVIDER,
} from '../packages/trefoil/src/features/accounts/providers/provider-options.ts'
import { ACCOUNT_RATES } from '../packages/trefoil/src/features/accounts/rate-options.ts'
import { LOGIN_COOKIE } from '../packages/trefoil/src/features/accounts/sessions/cookie-options.ts'
import { AUDIT_FILE } from '../packages/trefoil/src/features/audit/audit-file.ts'
import { AUDIT } from '../packages/trefoil/src/features/audit/audit-options.ts'
import { CHECKPOINTS } from '../packages/trefoil/src/features/audit/checkpoint-options.ts'
import { OTLP } from '../packages/trefoil/src/features/audit/otlp/otlp-options.ts'
import { DATABASE } from '../packages/trefoil/src/features/database/database-options.ts'
import { CLIENT } from '../packages/trefoil/src/features/dev-tokens/clients.ts'
import { DEV_TOKENS } from '../packages/trefoil/src/features/dev-tokens/dev-tokens.ts'
import { health } from '../packages/trefoil/src/features/health/health.ts'
import { JOB, JOB_QUEUE } from '../packages/trefoil/src/features/jobs/job-options.ts'
import { METRICS } from '../packages/trefoil/src/features/metrics/metrics.ts'
import { OTEL } from '../packages/trefoil/src/features/otel/otel-options.ts'
import { PAGES } from '../packages/trefoil/src/features/pages/pages-options.ts'
import { REDIS } from '../packages/trefoil/src/features/redis/redis-options.ts'
import { WEBHOOKS } from '../packages/trefoil/src/features/webhooks/webhook-options.ts'
import { LOCKOUT } from '../packages/trefoil/src/identity/lockout/lockout-options.ts'
import { APP_EVENTS } from '../packages/trefoil/src/record/audit/formats/app-events.ts'
import { OCSF_CLASSES } from '../packages/trefoil/src/record/audit/formats/ocsf-classes.ts'
import { flowRows } from './flow-table.mjs'
import {
  CLIENT_GROUPS,
  codemodTables,
  FACTOR_GROUPS,
  movedOptionRows,
  movedVariableRows,
  OPTION_GROUPS,
  optionRows,
  PASSWORD_GROUPS,
} from './option-tables.mjs'
import { catalogueRows, VARIABLE_CATALOGUE } from './variable-tables.mjs'
import { ROOT, run } from './workspace.mjs'

/** What a class of OCSF requires, or has, beside the subject. */
const FROM_DATA = {
  authentication: () => '',
  user_management: (activity) => (/Roles$/.test(activity) ? '`role`' : ''),
  role_management: (activity) =>
    /Privileges$/.test(activity) ? '`role` (required), `privileges`' : '`role` (required)',
  authorize_session: (activity) => `\`${activity.split(' ')[1].toLowerCase()}\` (required, a list)`,
}

const FILES = [
  ['problems.md', 'problems', problemTable],
  ['lifecycle.md', 'stages', stageTable],
  ...Object.entries(OPTION_GROUPS).map(([name, group]) => [
    'configuration.md',
    name,
    () => table(['Option', 'Default', 'Meaning'], optionRows(group)),
  ]),
  ...Object.entries(CLIENT_GROUPS).map(([name, group]) => [
    'client.md',
    name,
    () => table(['Option', 'Default', 'Meaning'], optionRows(group)),
  ]),
  ...Object.entries({
    'accounts options': ACCOUNTS,
    'lockout options': LOCKOUT,
    'cookie options': LOGIN_COOKIE,
    'mail options': MAIL,
    'smtp options': SMTP,
  }).map(([name, group]) => [
    'accounts.md',
    name,
    () => table(['Option', 'Default', 'Meaning'], optionRows(group)),
  ]),
  ...Object.entries({ 'oidcProvider options': OIDC_PROVIDER, 'oauth options': OAUTH }).map(
    ([name, group]) => [
      'login-providers.md',
      name,
      () => table(['Option', 'Default', 'Meaning'], optionRows(group)),
    ],
  ),
  [
    'account-pages.md',
    'account pages options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(ACCOUNT_PAGES)),
  ],
  [
    'passkeys.md',
    'passkeys options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(PASSKEYS)),
  ],
  [
    'passwordless.md',
    'rates options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(ACCOUNT_RATES)),
  ],
  ...Object.entries(FACTOR_GROUPS).map(([name, group]) => [
    'second-factors.md',
    name,
    () => table(['Option', 'Default', 'Meaning'], optionRows(group)),
  ]),
  ...Object.entries(PASSWORD_GROUPS).map(([name, group]) => [
    'passwords.md',
    name,
    () => table(['Option', 'Default', 'Meaning'], optionRows(group)),
  ]),
  [
    'parts.md',
    'health options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(health().options)),
  ],
  ['pages.md', 'pages options', () => table(['Option', 'Default', 'Meaning'], optionRows(PAGES))],
  [
    'metrics.md',
    'metrics options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(METRICS)),
  ],
  [
    'opentelemetry.md',
    'otel options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(OTEL)),
  ],
  [
    'database.md',
    'database options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(DATABASE)),
  ],
  ['stores.md', 'redis options', () => table(['Option', 'Default', 'Meaning'], optionRows(REDIS))],
  [
    'jobs.md',
    'jobQueue options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(JOB_QUEUE)),
  ],
  [
    'account-flows.md',
    'steps',
    () => table(['Step', 'Call', 'Needs', 'Is refused with'], flowRows()),
  ],
  [
    'lockout.md',
    'lockout options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(LOCKOUT)),
  ],
  ['jobs.md', 'job options', () => table(['Option', 'Default', 'Meaning'], optionRows(JOB))],
  [
    'webhooks.md',
    'webhooks options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(WEBHOOKS)),
  ],
  [
    'audit.md',
    'auditLog options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(AUDIT)),
  ],
  [
    'audit-checkpoints.md',
    'checkpoints options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(CHECKPOINTS)),
  ],
  [
    'audit-export.md',
    'otlp options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(OTLP)),
  ],
  [
    'audit-export.md',
    'app events',
    () =>
      table(
        ['Event', 'Class', 'Activity', 'From `data`'],
        Object.entries(APP_EVENTS).map(([name, row]) => [
          `\`${name}\``,
          `${OCSF_CLASSES[row.class].caption} (${OCSF_CLASSES[row.class].uid})`,
          row.activity,
          FROM_DATA[row.class](row.activity),
        ]),
      ),
  ],
  [
    'audit.md',
    'auditFile options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(AUDIT_FILE)),
  ],
  [
    'dev-tokens.md',
    'devTokens options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(DEV_TOKENS)),
  ],
  [
    'dev-tokens.md',
    'client options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(CLIENT)),
  ],
  [
    'settings.md',
    'defineSettings options',
    () => table(['Option', 'Default', 'Meaning'], optionRows(SETTINGS)),
  ],
  ...VARIABLE_CATALOGUE.map((section) => [
    'variables.md',
    `variables of ${section.title}`,
    () => table(['Variable', 'Option', 'Value', 'Meaning'], catalogueRows(section)),
  ]),
  ['migrating-from-0.1.md', 'moved options', () => table(['0.1', '0.2'], movedOptionRows())],
  [
    'migrating-from-0.1.md',
    'moved variables',
    () => table(['0.1', '0.2', 'Value'], movedVariableRows()),
  ],
]

for (const [file, name, table] of FILES) {
  const path = join(ROOT, 'docs', file)
  writeFileSync(path, fill(readFileSync(path, 'utf8'), name, table()))
}
const codemod = join(ROOT, 'docs/codemods/0.1-to-0.2.mjs')
const GENERATED = /(?<=\/\/ <generated>[^\n]*\n)[\s\S]*?(?=\/\/ <\/generated>)/
writeFileSync(codemod, readFileSync(codemod, 'utf8').replace(GENERATED, `${codemodTables()}\n`))
const written = new Set(FILES.map(([file]) => `docs/${file}`))
run('biome', ['format', '--write', ...written, codemod])

/** Replaces what stands between the two comments of a generated part. */
function fill(text, name, table) {
  const begin = `<!-- generated: ${name} -->`
  const end = '<!-- end of generated -->'
  const from = text.indexOf(begin)
  const to = text.indexOf(end, from)
  if (from < 0 || to < 0) throw new Error(`'${begin}' … '${end}' not found`)
  return `${text.slice(0, from + begin.length)}\n\n${table}\n\n${text.slice(to)}`
}

function problemTable() {
  const rows = Object.entries(PROBLEMS).map(([code, { status, mcp, exit, text, fix }]) =>
    row([`\`${code}\``, status, mcp, exit, text, fix]),
  )
  return [...head(['Code', 'Status', 'MCP', 'Exit', 'Text', 'Fix']), ...rows].join('\n')
}

function table(names, rows) {
  return [...head(names), ...rows.map(row)].join('\n')
}

function stageTable() {
  const rows = LIFECYCLE.map(({ name, by, what, problems }, index) =>
    row([index + 1, `\`${name}\``, by, what, problems.map((code) => `\`${code}\``).join(', ')]),
  )
  return [...head(['#', 'Stage', 'By', 'What is checked or done', 'Problems']), ...rows].join('\n')
}

function head(names) {
  return [row(names), row(names.map(() => '---'))]
}

function row(cells) {
  return `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
}
