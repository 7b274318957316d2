import { expect, test } from 'vitest'
import { Arrival } from './arrival.ts'

test('FND-32: the id of a call is made once, when it is first asked for', () => {
  let made = 0
  const arrival = new Arrival('mine', () => `own-${++made}`, 'server', 'api', null)
  expect(made).toBe(0)
  expect([arrival.callId, arrival.callId]).toEqual(['own-1', 'own-1'])
  expect(arrival.requestId).toBe('mine')
  expect(made).toBe(1)
})

test('FND-32: a request id of ours is the id of the call', () => {
  expect(new Arrival('r1', null, 'server', 'api', null).callId).toBe('r1')
})
