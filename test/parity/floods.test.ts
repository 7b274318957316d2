import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import {
  type CallRecord,
  createApp,
  HttpError,
  type LogOptions,
} from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { callBy, linesOf, onlyOne, WAYS } from './ways.ts'

const MANY = 40

/** An app that knows two callers, one of whom may nothing. */
function guarded(log: LogOptions = {}) {
  const { lines, logger } = linesOf()
  const records: CallRecord[] = []
  const app = createApp({
    env: {},
    edge: { hosts: ['testserver'] },
    log: { logger, onCall: (record) => void records.push(record), ...log },
    auth: [
      {
        authenticate: ({ bearer }) =>
          bearer === 'ada' || bearer === 'bob' ? new AuthContext({ subject: bearer }) : null,
        surfaces: ['api', 'mcp', 'cli'],
      },
    ],
  })
  const options = { description: 'Acts.', tool: true, cli: true } as const
  app.post('/act', { ...options, name: 'act', roles: ['admin'] }, () => 'done')
  app.post('/often', { ...options, name: 'often' }, () => {
    throw new HttpError(429, 'Slower')
  })
  app.post('/busy', { ...options, name: 'busy' }, () => {
    throw new HttpError(503, 'Down')
  })
  const client = testClient(app)
  // Beside them an app says at start-up how open it is.
  const refused = () => lines.filter(({ fields }) => 'problem' in fields)
  return { client, refused, records }
}

describe.each(WAYS)('a flood of refusals by %s', (way) => {
  test('of strangers is one line now and one with the count at the end; each has its record', async () => {
    const { client, refused, records } = guarded()
    for (let index = 0; index < MANY; index++) await callBy(way, client, 'act')
    expect(onlyOne(refused())).toMatchObject({ level: 'warn', message: 'Authentication failed' })
    expect(records).toHaveLength(MANY)
    await client.close()
    expect(refused()).toHaveLength(2)
    expect(refused()[1]).toMatchObject({
      level: 'warn',
      message: 'Authentication failed',
      fields: {
        problem: 'AUTHENTICATION_ERROR',
        action: 'act',
        source: way === 'http' ? 'api' : way.slice(0, 3),
        clients: way === 'cli-local' ? null : '127.0.0.0/24',
        refused: MANY - 1,
        window_ms: 10_000,
      },
    })
  })

  test('is the same where every call has a line', async () => {
    const { client, refused } = guarded({ calls: 'all' })
    for (let index = 0; index < 5; index++) await callBy(way, client, 'act')
    await client.close()
    expect(refused().map(({ fields }) => fields['refused'])).toEqual([undefined, 4])
  })

  test('of somebody known loses no line', async () => {
    const { client, refused } = guarded()
    for (let index = 0; index < 7; index++) await callBy(way, client, 'act', { token: 'ada' })
    expect(refused().map(({ message, fields }) => [message, fields['subject']])).toEqual(
      Array.from({ length: 7 }, () => ['Access denied', 'ada']),
    )
    await client.close()
    expect(refused()).toHaveLength(7)
  })

  test('for calling too often is counted for each caller', async () => {
    const { client, refused } = guarded()
    for (const token of ['ada', 'bob', 'ada', 'bob', 'ada']) {
      await callBy(way, client, 'often', { token })
    }
    await client.close()
    expect(
      refused().map(({ message, fields }) => [message, fields['subject'], fields['refused']]),
    ).toEqual([
      ['Too many calls', 'ada', undefined],
      ['Too many calls', 'bob', undefined],
      ['Too many calls', 'ada', 2],
      ['Too many calls', 'bob', 1],
    ])
  })

  test('failures are no refusals: each has its line', async () => {
    const { client, refused } = guarded()
    for (let index = 0; index < 3; index++) await callBy(way, client, 'busy', { token: 'ada' })
    await client.close()
    expect(refused().map(({ message }) => message)).toEqual([
      'Call failed',
      'Call failed',
      'Call failed',
    ])
  })
})

test('hosts, origins and cross-site calls are counted too', async () => {
  const { client, refused } = guarded()
  for (let index = 0; index < 4; index++) {
    await client.http.get('/act', { headers: { host: `evil-${index}` } })
    await client.http.post('/mcp', { json: {}, headers: { origin: `http://evil-${index}` } })
  }
  await client.close()
  expect(refused().map(({ message, fields }) => [message, fields['refused']])).toEqual([
    ['Host refused', undefined],
    ['Origin refused', undefined],
    ['Host refused', 3],
    ['Origin refused', 3],
  ])
})
