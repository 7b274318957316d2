import { type AnyOptionGroup, optionPath, variableOf } from '../../contract/options/option-rows.ts'
import type { VariableRow, VariableSection } from '../../contract/options/variable-row.ts'
import { OLD_SECRETS_VARIABLE, SECRET_VARIABLE } from '../../identity/key-variables.ts'
import { SESSION } from '../cookie-session.ts'
import type { Part } from '../declare/part-types.ts'
import { APP } from './app-options.ts'
import { LISTENER, PROGRAM } from './known-variables.ts'

/** Variables of a group of options, those of groups inside it included. */
export function variableRowsOf(group: AnyOptionGroup): readonly VariableRow[] {
  return Object.entries(group.rows).flatMap(([option, row]) => {
    if (row.group !== undefined) return variableRowsOf(row.group)
    const name = variableOf(group, option)
    if (name === null) return []
    const path = group.name.endsWith(')') ? option : optionPath(group, option)
    return [{ name, option: path, value: row.read?.words ?? '', doc: row.doc }]
  })
}

/** Variables that a part brings. */
export function variableRowsOfPart({
  options,
  variables = [],
}: Pick<Part, 'options' | 'variables'>): readonly VariableRow[] {
  const ofOptions = options === undefined ? [] : variableRowsOf(options)
  return [...ofOptions, ...variables.map(({ name, doc }) => ({ name, option: '', value: '', doc }))]
}

/** All that the framework reads itself; parts bring theirs. */
export const VARIABLE_SECTIONS: readonly VariableSection[] = [
  { title: 'createApp', rows: variableRowsOf(APP) },
  { title: 'cookieSession', rows: variableRowsOf(SESSION) },
  {
    title: 'jwtAuth',
    rows: [
      {
        name: SECRET_VARIABLE,
        option: 'keys',
        value: 'text',
        doc: 'Secret that signs, where no option gives keys.',
      },
      {
        name: OLD_SECRETS_VARIABLE,
        option: 'keys',
        value: 'list, or a list in JSON',
        doc: 'Secrets that still verify.',
      },
    ],
  },
  { title: 'serve', rows: LISTENER },
  { title: 'program', rows: PROGRAM },
]
