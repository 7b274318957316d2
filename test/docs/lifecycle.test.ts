import { expect, it } from 'vitest'
import { LIFECYCLE } from '../../packages/trefoil/src/engine/lifecycle.ts'
import { readDocument, tableOf } from './markdown.ts'

it('docs/lifecycle.md lists the stages, in order, with who runs them and their problems', () => {
  const wanted = LIFECYCLE.map(({ name, by, what, problems }, index) => [
    String(index + 1),
    `\`${name}\``,
    by,
    what,
    problems.map((code) => `\`${code}\``).join(', '),
  ])
  expect(tableOf(readDocument('docs/lifecycle.md'), 'stages')).toEqual(wanted)
})
