// mcp-plan 0.5: what a call asks, answered by other people's clients, each by its own handler of elicitation.
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { Bench, RunningShop } from './bench.ts'
import { ANN } from './shop.ts'
import { CLIENTS } from './table.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** Those that have a handler of elicitation, and a revision in which each request says so. */
const ASKED = ['SDK 2, auto', 'SDK 2, pinned', 'AI SDK']
/** Their revision asks in a session, and there is none. */
const NOT_ASKED = ['SDK 2, legacy', 'SDK 1']

describe('a call that asks, by clients of others', () => {
  let shop: RunningShop

  beforeAll(async () => {
    shop = await RunningShop.start()
  })

  afterAll(() => shop.close())

  const rows = CLIENTS.filter(({ way, as }) => way !== 'mcp-remote' && as === undefined)
  const titles = rows
    .filter(({ name }) => [...ASKED, ...NOT_ASKED].includes(name))
    .map((row) => ({ row, title: `${row.name} over ${row.way}` }))

  it.each(titles)('$title', async ({ row }) => {
    const bench = await Bench.of(shop, row)
    const asked: string[] = []
    try {
      const client = await bench.open(ANN, {
        respond: (message) => {
          asked.push(message)
          return message.startsWith('Wrap') ? { yes: true } : { text: 'For you 🍀' }
        },
      })
      const { isError, text } = await client.call('gift', { item: 'tea' })
      expect(isError).toBe(false)
      if (ASKED.includes(row.name)) {
        expect(text).toContain('tea, wrapped: For you 🍀')
        expect(asked).toEqual(['Wrap tea?', 'On the card?'])
      } else {
        expect(text).toContain('nobody to ask')
        expect(asked).toEqual([])
      }
    } finally {
      await bench.close()
    }
  })

  it('is tried with each of them', () => {
    expect(new Set(titles.map(({ row }) => row.name))).toEqual(new Set([...ASKED, ...NOT_ASKED]))
  })
})
