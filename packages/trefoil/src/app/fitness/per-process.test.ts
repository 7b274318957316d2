import { describe, expect, test } from 'vitest'
import { keyRing } from '../../identity/key-ring.ts'
import { createApp } from '../create-app.ts'
import type { AppOptions } from '../options/app-options.ts'

function warnings(options: AppOptions, worker: Record<string, string>): Promise<string[]> {
  const said: string[] = []
  const say = (_fields: object | string, message?: string) => void said.push(`${message}`)
  const app = createApp({
    ...options,
    env: worker,
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: { debug() {}, info() {}, warn: say, error: say } },
  })
  app.get('/asks', { public: true, asks: true }, () => 1)
  app.get('/kept', { public: true, cache: { for: '10s', per: 'everyone' } }, () => 1)
  return app.startup().then(async () => {
    await app.shutdown()
    return said
  })
}

const WORKERS = { TREFOIL_WORKER: '1', TREFOIL_WORKERS: '3' }
const limits = { rate: '5/min', inFlight: 10 } as const

describe('what each worker keeps for itself', () => {
  test('is told at the start of the first of them', async () => {
    const said = await warnings({ limits }, { TREFOIL_WORKER: '1', TREFOIL_WORKERS: '3' })
    const about = said.filter((line) => line.includes('3 workers'))
    expect(about).toEqual([
      expect.stringContaining('a caller has up to 3 times what a rate says'),
      expect.stringContaining('3 workers have 3 times as many'),
      expect.stringContaining('takes answers to its own questions alone'),
      expect.stringContaining('keeps answers for itself'),
    ])
  })

  test('answers to what it asked, where no ring is shared', async () => {
    const asks = async (asking: AppOptions['asking'] = {}, env = WORKERS) =>
      (await warnings({ asking }, env)).filter((line) => line.includes('asking.keys'))
    expect(await asks()).toEqual([
      'Each of 3 workers takes answers to its own questions alone: give asking.keys a ring that they share',
    ])
    expect(await asks({ keys: keyRing('k'.repeat(32)) })).toEqual([])
    expect(await asks({}, { ...WORKERS, TREFOIL_WORKERS: '1' })).toEqual([])
  })

  test.each([
    ['to the others', { TREFOIL_WORKER: '2', TREFOIL_WORKERS: '3' }],
    ['where there is one', { TREFOIL_WORKER: '1', TREFOIL_WORKERS: '1' }],
    ['in a process of its own', { TREFOIL_WORKERS: '3' }],
  ])('is not told %s', async (_where, env) => {
    expect((await warnings({ limits }, env)).join()).not.toContain('worker')
  })
})
