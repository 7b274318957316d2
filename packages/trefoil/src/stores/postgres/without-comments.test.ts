import { expect, test } from 'vitest'
import {
  mayChangeConnection,
  refuseAllButReading,
  refuseOfConnection,
  transactionWord,
} from './statements.ts'
import { withoutComments } from './without-comments.ts'

test.each([
  ['select 1', 'select 1'],
  ['select 1 -- x\n, 2', 'select 1  \n, 2'],
  ['--x\rcommit', ' \rcommit'],
  ['/* a /* b */ c */commit', ' commit'],
  ['/* open', ' '],
  ["select '--', 1", "select '--', 1"],
  ["select '/*', '*/'", "select '/*', '*/'"],
  ["select E'\\'--', 1 -- x", "select E'\\'--', 1  "],
  ["select name'--x'", "select name'--x'"],
  ['select "--", 1', 'select "--", 1'],
  ['do $a$ -- $$ /* $a$ -- x', 'do $a$ -- $$ /* $a$  '],
  ['select a$b$--x', 'select a$b$ '],
])('%j without comments is %j', (sql, left) => {
  expect(withoutComments(sql)).toBe(left)
})

test.each(['/* /* */ */ commit', '--x\rrollback', '/* /* */ select */ set search_path = x'])(
  'STO-1: %j is refused, whatever its comments hide',
  (sql) => {
    expect(() => refuseOfConnection(sql)).toThrow(/transaction|connection/)
  },
)

test.each(["select '--', pg_advisory_lock(1)", "select '/*', pg_advisory_lock(1)"])(
  '%j is refused, whatever its texts hide',
  (sql) => {
    expect(() => refuseOfConnection(sql)).toThrow('advisory lock')
  },
)

test.each(['/* /* */ select */ do $$ begin commit; end $$', '--x\rdelete from notes'])(
  'what only reads refuses %j',
  (sql) => {
    expect(() => refuseAllButReading(sql)).toThrow('only reads')
  },
)

test('a setting that is changed behind a text is seen', () => {
  expect(mayChangeConnection("select '--', set_config('search_path', 'x', false)")).toBe(true)
  expect(mayChangeConnection("select 'x', 1")).toBe(false)
})

test.each([
  ["insert into notes values ('--'); commit", 'commit'],
  ['create table x (id int); /* /* */ */ rollback', 'rollback'],
  ["insert into notes values ('--',\n';commit ')", null],
  ['create function f() returns int begin atomic select 1; end; select 2', null],
  ['create function f() returns int begin atomic select 1; end; commit', 'commit'],
  ["insert into notes values (E'it\\'s; commit; ')", null],
])('the word of %j that is not for a step is %j', (sql, word) => {
  expect(transactionWord(sql)).toBe(word)
})
