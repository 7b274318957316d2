// `npm run docs`: writes the tables of docs/problems.md, docs/lifecycle.md and docs/configuration.md
// from the data they describe. Needs the project's own Node 24: the tables are imported as TypeScript.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  APP_VARIABLES,
  SESSION_VARIABLES,
} from '../packages/trefoil/src/app/options/environment-variables.ts'
import { PROBLEMS } from '../packages/trefoil/src/contract/problems/problems.ts'
import { LIFECYCLE } from '../packages/trefoil/src/engine/lifecycle.ts'
import { ROOT, run } from './workspace.mjs'

const FILES = [
  ['problems.md', 'problems', problemTable],
  ['lifecycle.md', 'stages', stageTable],
  ['configuration.md', 'app variables', () => variableTable(APP_VARIABLES)],
  ['configuration.md', 'session variables', () => variableTable(SESSION_VARIABLES)],
]

for (const [file, name, table] of FILES) {
  const path = join(ROOT, 'docs', file)
  writeFileSync(path, fill(readFileSync(path, 'utf8'), name, table()))
}
run('biome', ['format', '--write', ...FILES.map(([file]) => `docs/${file}`)])

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

function variableTable(variables) {
  const rows = variables.map(({ variable, option, kind }) => {
    const value = typeof kind === 'string' ? kind : kind.map((word) => `\`${word}\``).join(', ')
    return row([`\`${variable}\``, `\`${option}\``, value])
  })
  return [...head(['Variable', 'Option', 'Value']), ...rows].join('\n')
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
