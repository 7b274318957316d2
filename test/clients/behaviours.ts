import { expect, vi } from 'vitest'
import { z } from 'zod'
import { type Bench, RunningShop } from './bench.ts'
import type { OpenClient } from './drivers/driver.ts'
import { ANN, approvalFor, BOB, OPENING_HOURS, TOO_MANY, UNICODE } from './shop.ts'
import type { Behaviour } from './table.ts'

/** @param client Ann's, which all behaviours of a row share */
export type Run = (client: OpenClient, bench: Bench) => Promise<void>

const TOOLS = [
  'echo',
  'fail',
  'gift',
  'go_on',
  'large',
  'order',
  'refund',
  'slow',
  'steps',
  'what_happened',
]

/** How each is tried where the client can do it. */
export const RUNS: Readonly<Record<Behaviour, Run>> = {
  list: async (client, { row }) => {
    expect((await client.tools()).sort()).toEqual(TOOLS)
    expect(client.revision).toBe(row.revision)
  },
  call: async (client) => {
    const { isError, structured, text } = await client.call('echo', { text: 'hello' })
    expect({ isError, structured }).toEqual({ isError: false, structured: { text: 'hello' } })
    expect(JSON.parse(text)).toEqual(structured)
  },
  unicode: async (client) => {
    const { structured } = await client.call('echo', { text: UNICODE })
    expect(structured).toEqual({ text: UNICODE })
  },
  toolError: async (client) => {
    const { isError, text } = await client.call('fail', {})
    expect(isError).toBe(true)
    expect(text).toContain('The shop is closed')
  },
  badArguments: async (client) => {
    const { isError, text } = await client.call('echo', { text: 5 })
    expect(isError).toBe(true)
    expect(JSON.parse(text)).toMatchObject({
      error: { code: 'VALIDATION_ERROR', issues: [{ name: 'text' }] },
    })
  },
  approval: async (client) => {
    const hash = await askedFor(client)
    const approval = approvalFor(hash)
    const other = await client.call('refund', { amount: 6 }, { approval })
    expect(other.text).toContain('approval_denied')
    const given = await client.call('refund', { amount: 5 }, { approval })
    expect(given).toMatchObject({ isError: false, structured: { refunded: 5 } })
  },
  progress: async (client, { row }) => {
    const seen: number[] = []
    const run = `${row.way}, ${row.name}`
    // It ends when the last report has come: the older SDK drops what arrives together with the result.
    const onProgress = (done: number) => {
      seen.push(done)
      if (done === 3) void client.call('go_on', { run })
    }
    const { text } = await client.call('steps', { run }, { onProgress })
    expect({ text, last: seen.at(-1) }).toEqual({ text: 'done', last: 3 })
  },
  cancel: async (client, bench) => {
    const run = await calledOff(client, bench)
    await comes(['began', 'aborted'], () => bench.happened(run, client))
  },
  restart: async (_, bench) => {
    const shop = await RunningShop.start()
    try {
      const client = await bench.open(ANN, { shop })
      const says = async (text: string) => (await client.call('echo', { text })).structured
      expect(await says('before')).toEqual({ text: 'before' })
      await shop.close()
      await expect(says('meanwhile')).rejects.toThrow()
      await shop.restart()
      expect(await says('after')).toEqual({ text: 'after' })
      await client.close()
    } finally {
      await shop.close()
    }
  },
  noToken: (_, bench) => isRefused(bench, null),
  badToken: (_, bench) => isRefused(bench, 'somebody-else'),
  scope: async (_, bench) => {
    const bob = await bench.open(BOB)
    await expect(bob.call('order', {})).rejects.toThrow(bench.row.forbidden)
  },
  resources: (client) => readsResources(client),
  noResource: async (client) => {
    // The same words for what is not there and for what Ann may not see.
    for (const uri of ['shop://none', 'shop://books']) {
      await expect(client.read(uri), uri).rejects.toThrow(/not found|unknown/i)
    }
  },
  prompts: async (client) => {
    expect(await client.prompts()).toEqual(['explain_order'])
    expect(await client.prompt('explain_order', { order_id: 'o7' })).toBe('Explain o7 🍀')
  },
  large: async (client) => {
    const { isError, text } = await client.call('large', { letters: 900_000 })
    expect({ isError, letters: text.length }).toEqual({ isError: false, letters: 900_000 })
  },
  tooLarge: async (client) => {
    const { isError, text } = await client.call('large', { letters: TOO_MANY })
    expect(isError).toBe(true)
    expect(text).toContain('response_too_large')
  },
}

async function readsResources(client: OpenClient): Promise<void> {
  expect(await client.resources()).toEqual(['shop://hours'])
  expect(await client.templates()).toEqual(['order://{order_id}'])
  expect(await client.read('shop://hours')).toBe(OPENING_HOURS)
  expect(JSON.parse(await client.read('order://o%207'))).toEqual({ order_id: 'o 7' })
}

/** Asks for a refund. @returns the hash that is to be approved */
export async function askedFor(client: OpenClient): Promise<string> {
  const asked = await client.call('refund', { amount: 5 })
  expect(asked.isError).toBe(true)
  const { error } = z
    .object({
      error: z.object({ code: z.literal('approval_required'), arguments_hash: z.string() }),
    })
    .parse(JSON.parse(asked.text))
  return error.arguments_hash
}

/** Waits until it is so. */
async function comes(expected: readonly string[], seen: () => Promise<readonly string[]>) {
  await vi.waitFor(async () => expect(await seen()).toEqual(expected), {
    timeout: 30_000,
    interval: 10,
  })
}

/** Starts a slow call and calls it off. @returns the name of its run */
export async function calledOff(client: OpenClient, bench: Bench): Promise<string> {
  const run = `${bench.row.way}, ${bench.row.name}`
  const leaving = new AbortController()
  const outcome = client.call('slow', { run }, { signal: leaving.signal }).then(
    () => 'answered',
    () => 'failed',
  )
  await comes(['began'], () => bench.happened(run, client))
  leaving.abort()
  expect(await outcome).toBe('failed')
  return run
}

async function isRefused(bench: Bench, token: string | null): Promise<void> {
  const tools = bench.open(token).then((client) => client.tools())
  await expect(tools).rejects.toThrow(bench.row.refused)
}
