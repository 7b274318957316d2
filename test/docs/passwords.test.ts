import { PasswordPolicy, type PasswordReason } from 'trefoil/accounts'
import { describe, expect, it } from 'vitest'
import { optionRows, PASSWORD_GROUPS } from '../../scripts/option-tables.mjs'
import { readDocument, tableOf } from './markdown.ts'

const document = readDocument('docs/passwords.md')

describe('docs/passwords.md', () => {
  it.each(Object.entries(PASSWORD_GROUPS))(
    'the table of %s is that of the source',
    (name, group) => {
      const rows = tableOf(document, name)
      expect(rows.length).toBeGreaterThan(1)
      expect(rows).toEqual(optionRows(group))
    },
  )

  it('has the reasons there are, in their order, with the presets that give them', () => {
    const passwords = [
      '',
      'x'.repeat(2000),
      '\ud83d',
      'password',
      'aaaaaaaaaaaaaaaa',
      'ada@example.com12',
    ]
    for (const [column, policy] of [
      ['nist', new PasswordPolicy()],
      ['classic', new PasswordPolicy({ preset: 'classic' })],
    ] as const) {
      const given = new Set(
        passwords.flatMap((password) => policy.reasons(password, ['ada@example.com'], 'breached')),
      )
      const said = rowsOfReasons()
        .filter((row) => row[column] !== 'no' && row[column] !== 'if set')
        .flatMap((row) => row.reasons)
      const names = [...given].map((reason) => reason.replace(/\(.*/, ''))
      expect(new Set(names)).toEqual(new Set(said.map((reason) => reason.replace(/\(.*/, ''))))
    }
    const order = rowsOfReasons().flatMap((row) => row.reasons)
    const all: readonly PasswordReason[] = new PasswordPolicy({ preset: 'classic' }).reasons(
      'password',
      [],
      'breached',
    )
    const places = all.map((reason) =>
      order.findIndex((one) => one.replace(/\(.*/, '') === reason.replace(/\(.*/, '')),
    )
    expect(places).toEqual(places.toSorted((left, right) => left - right))
  })
})

function rowsOfReasons() {
  const lines = document.text.slice(document.text.indexOf('| Reason ')).split('\n\n')[0] ?? ''
  return lines
    .split('\n')
    .slice(2)
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .map(([, reasons = '', , nist = '', classic = '']) => ({
      reasons: [...reasons.matchAll(/`([^`]+)`/g)].map(([, reason]) => String(reason)),
      nist,
      classic,
    }))
}
