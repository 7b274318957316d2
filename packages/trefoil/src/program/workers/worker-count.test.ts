import { expect, test } from 'vitest'
import { workerCount } from './worker-count.ts'

test.each([
  ['2', undefined, 2],
  ['1', '8', 1],
  ['auto', undefined, 6],
  [undefined, 'auto', 6],
  [undefined, ' 4 ', 4],
  [undefined, '', null],
  [undefined, undefined, null],
])('--workers %s, variable %s: %s', (flag, variable, count) => {
  expect(workerCount(flag, variable, 6)).toBe(count)
})

test.each(['0', '-1', '1.5', 'two', '', '257', '1e2', 'AUTO'])(
  '--workers %j is refused',
  (flag) => {
    expect(() => workerCount(flag, '2', 6)).toThrow(
      '--workers must be a number from 1 to 256, or auto',
    )
  },
)

test('a variable that is wrong is named, and not what it holds', () => {
  expect(() => workerCount(undefined, 'hunter2', 6)).toThrow(
    /^TREFOIL_WORKERS must be a number[^h]*$/,
  )
})
