import { describe, expect, test, vi } from 'vitest'
import { dependency } from '../contract/call/dependency.ts'
import { HttpError, Problem, refuse } from '../contract/problems/problem.ts'
import { type CallOptions, prepareCall } from '../engine/call.fixture.ts'
import { Arrival } from './arrival.ts'
import {
  type Encodable,
  type Found,
  Ready,
  refuseVisit,
  type Surface,
  type Visit,
  walk,
} from './walk.ts'

/** A surface whose words are plain text. */
type Words = Surface<Visit, Found, string>

function words(options: CallOptions = {}, verbs: Partial<Words> = {}) {
  const { plan, inbound, log } = prepareCall(options)
  const surface: Words = {
    find: () => ({ plan }),
    decode: () => inbound,
    encode: (_visit, _found, { answer }) => (answer === null ? 'dry run' : String(answer.body)),
    // As every surface does it: what has no JSON form throws.
    encodeProblem: (_visit, { code, details = {} }) => `${code} ${JSON.stringify(details)}`,
    ...verbs,
  }
  const visit: Visit = { arrival: new Arrival('r1', null, 'server', 'api', 0) }
  return { surface, visit, log, inbound }
}

describe('DESIGN §3: one way through every surface', () => {
  test('finds, decodes, runs and encodes, without waiting where nothing waits', () => {
    const { surface, visit } = words()
    expect(walk(surface, visit)).toBe('done')
    expect(visit.arrival).toMatchObject({ problem: null, dryRun: false })
    expect(visit.arrival.state).toMatchObject({ requestId: 'r1', entrypoint: 'server' })
  })

  test('waits where a verb or the call waits', async () => {
    const { surface, visit } = words({ action: { handler: async () => 'late' } })
    const { find, encode } = surface
    const slow: Words = {
      ...surface,
      find: async (of) => find(of),
      encode: async (...of) => encode(...of),
    }
    const reply = walk(slow, visit)
    expect(reply).toBeInstanceOf(Promise)
    expect(await reply).toBe('late')
  })

  test('what is not found is encoded as its problem, and no input is decoded', () => {
    const decode = vi.fn()
    const { surface, visit } = words({}, { find: () => refuse('not_found'), decode })
    expect(walk(surface, visit)).toBe('not_found {}')
    expect(visit.arrival.problem).toMatchObject({ code: 'not_found' })
    expect(visit.arrival.state).toBeNull()
    expect(decode).not.toHaveBeenCalled()
  })

  test('an answer that needs no call is handed on as it is', () => {
    const { surface, visit } = words({}, { find: () => new Ready('preflight') })
    expect(walk(surface, visit)).toBe('preflight')
    expect(visit.arrival.state).toBeNull()
  })

  test('a refusal of the call, a dry run, and a refusal of the encoder', () => {
    const refusal = words({ args: { unknown: 1 } })
    expect(walk(refusal.surface, refusal.visit)).toMatch(/^VALIDATION_ERROR/)
    expect(refusal.visit.arrival.problem).toMatchObject({ code: 'VALIDATION_ERROR' })

    const dry = words({ surface: 'cli', dryRun: true })
    expect(walk(dry.surface, dry.visit)).toBe('dry run')
    expect(dry.visit.arrival).toMatchObject({ dryRun: true, problem: null })

    const large = words({}, { encode: () => refuse('response_too_large') })
    expect(walk(large.surface, large.visit)).toBe('response_too_large {}')
    expect(large.visit.arrival.problem).toMatchObject({ code: 'response_too_large' })
  })

  test('a visit that its transport refuses goes through the same words', () => {
    const { surface, visit } = words()
    expect(refuseVisit(surface, visit, refuse('payload_too_large'))).toBe('payload_too_large {}')
    expect(visit.arrival.problem).toMatchObject({ code: 'payload_too_large' })
  })
})

describe('FND-5: the net under what is encoded', () => {
  const circle: Record<string, unknown> = {}
  circle['self'] = circle

  test.each<[string, Record<string, unknown>]>([
    ['a bigint', { balance: 10n }],
    ['a circle', circle],
  ])('a problem with %s is INTERNAL_ERROR and a line of the log', (_, details) => {
    const handler = async () => {
      throw new HttpError(409, 'taken', { details })
    }
    const { surface, visit, log } = words({ action: { handler } })
    return expect(walk(surface, visit))
      .resolves.toBe('INTERNAL_ERROR {}')
      .then(() => {
        expect(visit.arrival.problem).toMatchObject({ code: 'INTERNAL_ERROR' })
        expect(log.map(({ message }) => message)).toEqual(['Unhandled error'])
        expect(String(log[0]?.fields['err'])).toMatch(/^TypeError/)
      })
  })

  test('one that was found before there was a call is INTERNAL_ERROR too', () => {
    const problem = new Problem('not_found', { details: { balance: 10n } })
    const { surface, visit } = words({}, { find: () => problem })
    expect(walk(surface, visit)).toBe('INTERNAL_ERROR {}')
    expect(visit.arrival.problem).toMatchObject({ code: 'INTERNAL_ERROR' })
  })

  test.each<[string, Words['encode']]>([
    [
      'at once',
      () => {
        throw new Error('secret')
      },
    ],
    ['later', () => Promise.reject(new Error('secret'))],
  ])('an encoder that fails %s is INTERNAL_ERROR, masked and logged', async (_, encode) => {
    const { surface, visit, log } = words({}, { encode })
    expect(await walk(surface, visit)).toBe('INTERNAL_ERROR {}')
    expect(log.map(({ fields }) => String(fields['err']))).toEqual(['Error: secret'])
  })

  test('W-15: the stream of an answer that cannot be encoded is given back, told the reason', async () => {
    const ends: string[] = []
    const db = dependency(
      async function* () {
        try {
          yield 'db'
        } catch (error) {
          ends.push(String(error))
          throw error
        }
      },
      { name: 'db' },
    )
    const encode = (_visit: Visit, _found: Found, { answer }: Encodable): string => {
      expect(answer?.kind).toBe('stream')
      throw new Error('bad header')
    }
    async function* pieces(): AsyncGenerator<string> {
      yield 'a'
    }
    const { surface, visit } = words(
      { action: { dependencies: [['db', db]], handler: pieces } },
      { encode },
    )
    expect(await walk(surface, visit)).toBe('INTERNAL_ERROR {}')
    await new Promise((resolve) => setImmediate(resolve))
    expect(ends).toEqual(['Error: bad header'])
  })
})
