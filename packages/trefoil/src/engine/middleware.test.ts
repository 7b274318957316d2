import { expect, test } from 'vitest'
import type { Middleware } from '../contract/call/action.ts'
import { problemOf, resultOf, startCall } from './call.fixture.ts'

function traced(name: string, log: string[]): Middleware {
  return async (_, next) => {
    log.push(`${name} in`)
    const value = await next()
    log.push(`${name} out`)
    return value
  }
}

test('MW-2: outermost first, and back out in reverse', async () => {
  const log: string[] = []
  const handler = () => log.push('handler')
  await resultOf({ action: { middleware: [traced('a', log), traced('b', log)], handler } })
  expect(log).toEqual(['a in', 'b in', 'handler', 'b out', 'a out'])
})

test('MW-3: one that does not call next() answers itself', async () => {
  const log: string[] = []
  const middleware: Middleware[] = [traced('a', log), () => 'cached', traced('c', log)]
  const handler = () => log.push('handler')
  expect(await resultOf({ action: { middleware, handler } })).toBe('cached')
  expect(log).toEqual(['a in', 'a out'])
})

test('W-3: next() twice is an error, and the handler runs once', async () => {
  let runs = 0
  const middleware: Middleware[] = [
    async (_, next) => {
      await next()
      return next()
    },
  ]
  const { log, outcome } = startCall({ action: { middleware, handler: () => ++runs } })
  expect(await outcome).toMatchObject({ kind: 'problem', problem: { code: 'INTERNAL_ERROR' } })
  expect(String(log[0]?.fields['err'])).toContain('Middleware called next() twice')
  expect(runs).toBe(1)
})

test('W-3: each call has its own count', async () => {
  const middleware: Middleware[] = [(_, next) => next()]
  const action = { middleware, handler: () => 'v' }
  expect(await resultOf({ action })).toBe('v')
  expect(await resultOf({ action })).toBe('v')
})

test('P-PIPE-6: it sees what the handler threw, and may answer instead', async () => {
  const middleware: Middleware[] = [
    async (call, next) => {
      try {
        return await next()
      } catch (error) {
        return [call.source, String(error)]
      }
    },
  ]
  const handler = () => {
    throw new Error('boom')
  }
  expect(await resultOf({ action: { middleware, handler } })).toEqual(['api', 'Error: boom'])
})

test('MW-10: what it throws is masked like an error of the handler', async () => {
  const middleware: Middleware[] = [
    () => {
      throw new Error('secret')
    },
  ]
  expect(await problemOf({ action: { middleware } })).toMatchObject({ code: 'INTERNAL_ERROR' })
})
