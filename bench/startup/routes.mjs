/** Fifty resources; each start-up server has one route for each. */
export const names = Array.from({ length: 50 }, (_, index) => `thing_${index}`)

/** What the first request asks for, and must be answered with. */
export const first = {
  path: '/thing_49/t_1',
  body: { id: 't_1', kind: 'thing_49', verbose: false },
}
