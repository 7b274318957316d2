import { expect, test } from 'vitest'
import type { StoppableCall } from '../../../contract/answer/exchange.ts'
import { Stopping } from './stopping.ts'

function call(stop: () => void = () => {}): StoppableCall {
  return { before: null, after: null, stop }
}

test('tells every call that is not over, and no other', () => {
  for (const gone of [[], [0], [1], [2], [0, 1], [1, 2], [2, 1, 0], [0, 2]]) {
    const stopping = new Stopping()
    const told: number[] = []
    const calls = [0, 1, 2].map((index) => call(() => told.push(index)))
    for (const one of calls) stopping.add(one)
    for (const index of gone) stopping.delete(calls[index] as StoppableCall)
    stopping.stop()
    expect(told.sort()).toEqual([0, 1, 2].filter((index) => !gone.includes(index)))
    expect(stopping.stopped).toBe(true)
  }
})

test('a call is taken away once', () => {
  const stopping = new Stopping()
  let told = 0
  const stays = call(() => told++)
  const goes = call()
  stopping.add(goes)
  stopping.add(stays)
  stopping.delete(goes)
  stopping.delete(goes)
  stopping.delete(call())
  stopping.stop()
  expect(told).toBe(1)
})

test('a call that is told takes itself and others away', () => {
  const stopping = new Stopping()
  const told: string[] = []
  const first = call(() => {
    told.push('first')
    stopping.delete(first)
    stopping.delete(second)
  })
  const second = call(() => told.push('second'))
  stopping.add(second)
  stopping.add(first)
  stopping.stop()
  expect(told).toEqual(['first'])
})
