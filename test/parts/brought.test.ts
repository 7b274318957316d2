import { createApp } from 'trefoil'
import { definePart, type Part } from 'trefoil/parts'
import { expect, it } from 'vitest'

function counter(seen: string[], name = 'counter') {
  return definePart({
    name,
    start: () => void seen.push(`${name} starts`),
    stop: () => void seen.push(`${name} stops`),
    commands: [{ name: 'count', describe: 'counts', run: () => 0 }],
  })
}

async function lived(parts: readonly Part[]): Promise<void> {
  const app = createApp({ name: 'shop', env: {}, parts })
  await app.startup()
  await app.shutdown()
}

it('brings what a part needs in front of it, and stops it after it', async () => {
  const seen: string[] = []
  const needed = counter(seen)
  await lived([{ ...counter(seen, 'shop'), parts: [needed] }])
  expect(seen).toEqual(['counter starts', 'shop starts', 'shop stops', 'counter stops'])
})

it('includes it once, wherever the app gives it as well', async () => {
  for (const order of ['before', 'after']) {
    const seen: string[] = []
    const needed = counter(seen)
    const other = definePart({ name: 'other', parts: [needed] })
    const shop = definePart({ name: 'shop', parts: [needed] })
    await lived(order === 'before' ? [needed, shop, other] : [shop, other, needed])
    expect(seen).toEqual(['counter starts', 'counter stops'])
  }
})

it('refuses another part of that name, and the same one given twice', async () => {
  const needed = counter([])
  const shop = definePart({ name: 'shop', parts: [needed] })
  await expect(lived([counter([]), shop])).rejects.toThrow("Two parts have the name 'counter'")
  await expect(lived([shop, needed, needed])).rejects.toThrow('included twice')
})

it('refuses one with an authenticator, of which the types would know nothing', () => {
  const authenticator = { authenticate: () => null, surfaces: ['api'] } as const
  const keys = definePart({ name: 'keys', authenticator })
  expect(() => definePart({ name: 'shop', parts: [keys as never] })).toThrow(
    "Part 'shop': parts has 'keys', which brings an authenticator: give that one to createApp",
  )
})
