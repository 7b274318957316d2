import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RUNS } from './behaviours.ts'
import { Bench, RunningShop } from './bench.ts'
import type { OpenClient } from './drivers/driver.ts'
import { PROOFS } from './proofs.ts'
import { ANN } from './shop.ts'
import { BEHAVIOURS, type Behaviour, type ClientRow } from './table.ts'

// Programs are started here, and the machine may have other things to do.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/**
 * Holds rows of the table to what they say; one server for all of them.
 *
 * @param options.concurrent where each request starts a program
 */
export function runTable(
  rows: readonly ClientRow[],
  { concurrent = false }: { concurrent?: boolean } = {},
): void {
  const test = concurrent ? it.concurrent : it
  let shop: RunningShop

  beforeAll(async () => {
    shop = await RunningShop.start()
  })

  afterAll(() => shop.close())

  describe.each(rows.map((row) => ({ row, title: `${row.name} over ${row.way}` })))(
    '$title',
    ({ row }) => {
      let bench: Bench
      let client: OpenClient

      beforeAll(async () => {
        bench = await Bench.of(shop, row)
        client = await bench.open(ANN)
      })

      afterAll(() => bench.close())

      for (const [behaviour, title] of Object.entries(BEHAVIOURS) as [Behaviour, string][]) {
        if (row.as !== undefined && !row.as.but.includes(behaviour)) continue
        const why = row.cannot[behaviour]
        if (why === undefined) {
          test(title, () => RUNS[behaviour](client, bench))
        } else {
          test(`cannot: ${title} (${why})`, async () => {
            const proof = PROOFS[behaviour]
            if (proof === undefined) expect.fail(`nothing in proofs.ts proves: ${why}`)
            await proof(client, bench)
          })
        }
      }
    },
  )
}
