// W-31: what a handler shows of its answer, and says of its progress, goes to MCP alone; the answer is the same by all.
import { type CallRecord, content, createApp, reply } from 'trefoil'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { callBy, linesOf, onlyOne, WAYS, type Way } from './ways.ts'

const SHOWN = 'twelve orders, as a picture'
const STEP = 'page one'

function shop() {
  const records: CallRecord[] = []
  const app = createApp({
    env: {},
    publicSurfaces: ['api', 'mcp', 'cli'],
    edge: { hosts: ['testserver'] },
    log: { logger: linesOf().logger, onCall: (record) => void records.push(record) },
  })
  const options = { name: 'act', description: 'Acts.', tool: true, cli: true } as const
  app.post('/act', options, async (_args, call) => {
    call.progress(1, 2, STEP)
    await new Promise((resolve) => setImmediate(resolve))
    return reply({ orders: 12 }, { content: [content.text(SHOWN)] })
  })
  return { client: testClient(app), records }
}

const isMcp = (way: Way) => way.startsWith('mcp')

describe.each(WAYS)('blocks and progress by %s', (way) => {
  test('W-31, PW-05: the value arrives, blocks and steps where they are meant for', async () => {
    const { client, records } = shop()
    const { ok, raw } = await callBy(way, client, 'act', { meta: { progressToken: 'p' } })
    expect(ok).toBe(true)
    expect(raw).toMatch(/"orders":\s*12/)
    expect(raw.includes(SHOWN)).toBe(isMcp(way))
    expect(raw.includes(STEP)).toBe(isMcp(way))
    expect(onlyOne(records)).toMatchObject({ action: 'act', outcome: 'ok', problem: null })
    expect(JSON.stringify(records)).not.toContain(SHOWN)
    expect(JSON.stringify(records)).not.toContain(STEP)
  })
})
