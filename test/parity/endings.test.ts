// DESIGN §3, FND-15 to FND-17, FND-32: however a call ends, what was opened is closed, told the
// right thing, and the record says what happened, alike on every surface.
import { describe, expect, test } from 'vitest'
import { eventually } from '../attacks/eventually.ts'
import { type Answer, everywhere, type Surface, settled, within } from '../findings/surfaces.ts'
import { buildEnding, ENDINGS, type Ending, HIDDEN, type SeenEnding } from './endings.ts'

interface Watched extends SeenEnding {
  readonly isHidden: boolean
}

async function watch(
  ending: Ending,
  surface: Surface,
  { scene, records }: ReturnType<typeof buildEnding>,
): Promise<Watched> {
  const leaving = new AbortController()
  const { gate, trace } = scene
  const answering = surface.call('work', {}, { signal: leaving.signal })
  if (ending.caller !== 'calls') await within(gate.reached, 'the gate')
  if (ending.caller === 'leaves') {
    leaving.abort()
    if (surface.id !== 'cli-local') await answering
    // The server hears of it by the connection, and nothing else tells that it has.
    await settled()
  }
  gate.open()
  const answer = await answering
  await eventually(() => expect(records.all).toHaveLength(1))
  // Background work of the call is waited for, and so is a handler that went on alone.
  await surface.server.close()
  await settled()
  const [record] = records.all
  return {
    answer: said(answer, leaving.signal.aborted),
    trace: trace.join(', '),
    record: `${record?.outcome} ${record?.status}`,
    problem: record?.problem ?? null,
    isHidden: !answer.raw.includes(HIDDEN),
  }
}

function said({ ok, value, problem, document, raw }: Answer, hasLeft: boolean): unknown {
  if (ok) return value
  const code = problem?.['code']
  if (raw.startsWith('(connection lost') || code === 'client_disconnected') {
    return hasLeft ? 'left' : 'cut'
  }
  return code ?? `failed: ${String(value ?? document)}`
}

type Part = 'ending' | 'problem'
const seen = new Map<string, ReturnType<typeof compare>>()

/** Every ending is brought about once, and looked at twice. */
function once(name: string): ReturnType<typeof compare> {
  const known = seen.get(name) ?? compare(name)
  seen.set(name, known)
  return known
}

async function compare(name: string): Promise<Record<Part, readonly [unknown, unknown]>> {
  const ending = ENDINGS[name]
  if (ending === undefined) throw new Error(`no ending '${name}'`)
  const expected: Record<string, SeenEnding> = {}
  const watched = await everywhere(
    () => buildEnding(ending),
    async (surface, built) => {
      expected[surface.id] = ending.seen(surface)
      return watch(ending, surface, built)
    },
  )
  const part = (of: Readonly<Record<string, SeenEnding>>, pick: (one: SeenEnding) => unknown) =>
    Object.fromEntries(Object.entries(of).map(([id, one]) => [id, pick(one)]))
  const ends = ({ answer, trace, record }: SeenEnding) => ({ answer, trace, record })
  const problems = ({ problem }: SeenEnding) => problem
  expect(Object.values(watched).every(({ isHidden }) => isHidden)).toBe(true)
  return {
    ending: [part(watched, ends), part(expected, ends)],
    problem: [part(watched, problems), part(expected, problems)],
  }
}

describe('parity: how a call ends', () => {
  test.each(Object.keys(ENDINGS))('%s', async (name) => {
    const { ending } = await once(name)
    expect(ending[0]).toEqual(ending[1])
  })
})

describe('parity: the record names the problem', () => {
  test.each(Object.keys(ENDINGS))('%s', async (name) => {
    const { problem } = await once(name)
    expect(problem[0]).toEqual(problem[1])
  })
})
