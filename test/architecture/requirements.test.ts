// Every numbered requirement of the page is named by a test that runs, or here, with what will bring it.
import { expect, test } from 'vitest'
import { citations, EXCEPTIONS, REQUIREMENTS, readTests } from './requirements.ts'

const cited = citations(readTests())
const known = new Set(REQUIREMENTS)

test('every requirement is named by a test', () => {
  const excepted = new Set(Object.keys(EXCEPTIONS))
  const missing = REQUIREMENTS.filter((id) => !cited.has(id) && !excepted.has(id))
  expect(missing, 'ids without a test; write one, or name what will bring it').toEqual([])
})

test('no test names a requirement that is not there', () => {
  const strange = [...cited].filter(([id]) => !known.has(id)).map(([id, files]) => [id, ...files])
  expect(strange, 'ids that nobody has written, with the files that name them').toEqual([])
})

test('what is excepted is a requirement, and has no test yet', () => {
  for (const id of Object.keys(EXCEPTIONS)) {
    expect(known.has(id), id).toBe(true)
    expect([...(cited.get(id) ?? [])], `${id} has a test: take it off the list`).toEqual([])
  }
})

test.each<[string, string, string[]]>([
  ['a name', "test('P-JWT-1, P-JWT-2 and PW-03: x', () => {})", ['P-JWT-1', 'P-JWT-2', 'PW-03']],
  ['a row', "const ROWS = [{ name: 'PW-05 a reply' }]", ['PW-05']],
  [
    'a template',
    `test(\`P-JWT-1 \${x} and P-JWT-2 \${y} PW-05\`, f)`,
    ['P-JWT-1', 'P-JWT-2', 'PW-05'],
  ],
  ['a comment', '// P-JWT-1\nconst x = 1 /* PW-05 */', []],
  ['one that is skipped', "test.skip('P-JWT-1', f); test.todo('PW-05')", []],
  ['a longer number', "test('P-JWT-11', f)", ['P-JWT-11']],
])('found in: %s', (_, text, ids) => {
  expect([...citations(new Map([['x.test.ts', text]])).keys()].toSorted()).toEqual(ids.toSorted())
})
