// What is so where a client cannot do something. A row of `table.ts` that claims it is held to it here.
import { expect } from 'vitest'
import { askedFor, type Run } from './behaviours.ts'
import { type Bench, RunningShop } from './bench.ts'
import type { OpenClient } from './drivers/driver.ts'
import { ANN, approvalFor, BOB } from './shop.ts'
import type { Behaviour } from './table.ts'

/** By behaviour; the day that a client learns it, its proof fails. */
export const PROOFS: Readonly<Partial<Record<Behaviour, Run>>> = {
  approval: async (client) => {
    const approval = approvalFor(await askedFor(client))
    const again = await client.call('refund', { amount: 5 }, { approval })
    expect(again.isError).toBe(true)
    expect(again.text).toContain('approval_required')
  },
  progress: async (client, { row }) => {
    const seen: number[] = []
    const run = `${row.way}, ${row.name}`
    await client.call('go_on', { run })
    const { text } = await client.call('steps', { run }, { onProgress: (done) => seen.push(done) })
    expect({ text, seen }).toEqual({ text: 'done', seen: [] })
  },
  badArguments: async (_, bench) => {
    const sent = await sentBy(bench, (client) =>
      expect(client.call('echo', { text: 5 })).rejects.toThrow(/did not match expected schema/),
    )
    expect(sent.filter((body) => body.includes('tools/call'))).toEqual([])
  },
  restart: async (_, bench) => {
    const shop = await RunningShop.start()
    try {
      const client = await bench.open(ANN, { shop })
      await shop.close()
      await shop.restart()
      const { structured } = await client.call('echo', { text: 'after' })
      expect(structured).toEqual({ text: 'after' })
    } finally {
      await shop.close()
    }
  },
  noToken: (_, bench) => saysNothing(bench, null),
  badToken: (_, bench) => saysNothing(bench, 'somebody-else'),
  scope: async (_, bench) => {
    const bob = await bench.open(BOB)
    await expect(bob.call('order', {})).rejects.toThrow(/Dynamic Client Registration rejected/)
  },
}

async function saysNothing(bench: Bench, token: string | null): Promise<void> {
  await expect(bench.open(token)).rejects.toThrow(/did not offer pinned protocol version/)
}

/** The bodies that a client in this process sends. */
async function sentBy(
  bench: Bench,
  use: (client: OpenClient) => Promise<unknown>,
): Promise<string[]> {
  const sent: string[] = []
  const before = globalThis.fetch
  globalThis.fetch = (input, init) => {
    if (typeof init?.body === 'string') sent.push(init.body)
    return before(input, init)
  }
  try {
    await use(await bench.open(ANN))
  } finally {
    globalThis.fetch = before
  }
  // It does go by this function.
  expect(sent.join()).toContain('tools/list')
  return sent
}
