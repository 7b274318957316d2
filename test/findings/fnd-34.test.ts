// FND-34: `call.log` says whose call it is, takes a text alone, and heeds TREFOIL_LOG_LEVEL.
import { PassThrough } from 'node:stream'
import pino from 'pino'
import type { Logger } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { ANN, hooked, PLACES, type Place, type Probe, visit } from './hooked.ts'
import { alike, everywhere, type Json, Lines, runModule } from './surfaces.ts'

type Level = 'debug' | 'info' | 'warn' | 'error'

/** `call.log` of 0.2, whose second argument is optional. */
function logOf(view: object): Record<Level, (first: object | string, message?: string) => void> {
  // 0.1 requires the message; remove with it.
  return (view as { readonly log: Record<Level, (...entry: unknown[]) => void> }).log
}

/** Places at which the caller is known. */
const KNOWN: readonly Place[] = PLACES.filter(
  (place) => place !== 'authenticator' && place !== 'onAuthenticated',
)
/** Actions that lead to a place; the others are on the way of `work`. */
const ACTIONS: Partial<Record<Place, string>> = { 'error handler': 'fail' }
const LEVELS = ['debug', 'info', 'warn', 'error'] as const

describe('FND-34: a line says whose call it is', () => {
  test.each(PLACES)('at %s', async (place) => {
    const build = () => {
      const lines = new Lines()
      const ids: unknown[] = []
      const probe: Probe = (where, view) => {
        if (where !== place || ids.length > 0) return
        // Every view has a request id.
        ids.push((view as { readonly requestId: unknown }).requestId)
        logOf(view).info({ mine: 1 }, 'hello')
      }
      return { ...hooked(probe, lines.logger), lines, ids }
    }
    const seen = await everywhere(build, async (surface, { lines, ids }) => {
      await visit(surface)
      const { fields } = lines.all.find(({ message }) => message === 'hello') ?? { fields: {} }
      const { request_id: id, action, subject, mine }: Json = fields
      return { id: id === ids[0] && typeof id === 'string', action, subject: subject ?? null, mine }
    })
    const action = ACTIONS[place] ?? 'work'
    // An authenticator is still finding out who it is.
    const subject = KNOWN.includes(place) ? 'ann' : expect.toBeOneOf([null, 'ann'])
    expect(seen).toEqual(alike({ id: true, action, subject, mine: 1 }))
  })
})

describe('FND-34: a text alone will do', () => {
  test.each(LEVELS)('%s', async (level) => {
    const build = () => {
      const lines = new Lines()
      const probe: Probe = (place, view) => {
        if (place === 'handler') logOf(view)[level]('hello')
      }
      return { ...hooked(probe, lines.logger), lines }
    }
    const seen = await everywhere(build, async (surface, { lines }) => {
      await surface.call('work', { amount: 1 }, ANN)
      const line = lines.at(level).find(({ message }) => message === 'hello')
      return { action: line?.fields['action'], subject: line?.fields['subject'] }
    })
    expect(seen).toEqual(alike({ action: 'work', subject: 'ann' }))
  })
})

test('FND-34: with pino, each fixed field stands once in a line', async () => {
  const build = () => {
    const sink = new PassThrough()
    let text = ''
    sink.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
    // "A pino logger fits as it is."
    const logger: Logger = pino({ level: 'debug' }, sink)
    const probe: Probe = (place, view) => {
      if (place !== 'handler') return
      logOf(view).warn({ mine: 1 }, 'hello')
      logOf(view).warn('alone')
    }
    return { ...hooked(probe, logger), read: () => text }
  }
  const seen = await everywhere(build, async (surface, { read }) => {
    await surface.call('work', { amount: 1 }, ANN)
    const lines = read()
      .split('\n')
      .filter((line) => /"msg":"(?:hello|alone)"/.test(line))
    const counts = lines.map((line) =>
      ['request_id', 'action', 'subject', 'level', 'msg'].map(
        (name) => line.split(`"${name}":`).length - 1,
      ),
    )
    return { counts, names: lines.map((line) => line.includes('"subject":"ann"')) }
  })
  const once = [1, 1, 1, 1, 1]
  expect(seen).toEqual(alike({ counts: [once, once], names: [true, true] }))
})

describe('FND-34: TREFOIL_LOG_LEVEL', () => {
  const program = (env: string) => `
    import { createApp } from 'trefoil'
    const app = createApp({ name: 'fnd-34', ${env} publicSurfaces: ['api', 'mcp', 'cli'] })
    app.get('/x', {}, (_, { log }) => {
      for (const level of ['debug', 'info', 'warn', 'error']) log[level]({}, 'said at ' + level)
    })
    await (await app.fetch(new Request('http://localhost/x'))).text()
  `
  const said = (err: string): readonly string[] =>
    LEVELS.filter((level) => err.includes(`said at ${level}`))

  test.each([
    ['debug', LEVELS],
    ['info', LEVELS.slice(1)],
    ['warn', LEVELS.slice(2)],
    ['error', LEVELS.slice(3)],
  ] as const)('%s of the process', async (level, heard) => {
    const { err } = await runModule(program(''), { TREFOIL_LOG_LEVEL: level })
    expect(said(err)).toEqual(heard)
  })

  test('of the option `env`', async () => {
    const { err } = await runModule(program("env: { TREFOIL_LOG_LEVEL: 'error' },"))
    expect(said(err)).toEqual(['error'])
  })

  test('not set: no debugging', async () => {
    const { err } = await runModule(program(''))
    expect(said(err)).toEqual(['info', 'warn', 'error'])
  })

  test('a word that is no level stops the start and names the variable', async () => {
    const { code, err } = await runModule(program(''), { TREFOIL_LOG_LEVEL: 'loud' })
    expect({ failed: code !== 0, named: err.includes('TREFOIL_LOG_LEVEL') }).toEqual({
      failed: true,
      named: true,
    })
  })
})
