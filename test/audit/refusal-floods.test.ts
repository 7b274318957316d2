import { expect, test } from 'vitest'
import { callBy } from '../parity/ways.ts'
import { audited, callsIn, entriesIn, tokenOf } from './audited-app.ts'

test('PW-36: beyond twenty a second, refusals of nobody known are counted, and none is lost', async () => {
  const { client, store, audit } = audited()
  for (let index = 0; index < 50; index++) await callBy('http', client, 'write')
  expect(callsIn(store)).toHaveLength(20)
  await client.close()
  const events = entriesIn(store).map(({ event }) => event)
  expect(events.filter(({ type }) => type === 'refusals')).toMatchObject([
    { count: 30, surface: 'api', action: 'write', problem: 'AUTHENTICATION_ERROR' },
  ])
  expect(await audit.verify()).toMatchObject({ ok: true, entries: 21 })
})

test('PW-36: what somebody did whose name is known is never counted', async () => {
  const { client, store } = audited()
  const token = tokenOf('ann')
  for (let index = 0; index < 50; index++) await callBy('http', client, 'admin', { token })
  expect(callsIn(store)).toHaveLength(50)
})
