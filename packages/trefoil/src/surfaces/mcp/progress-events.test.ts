import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HttpReply } from '../../contract/answer/exchange.ts'
import type { Progress } from '../../contract/content/progress.ts'
import { ProgressEvents } from './progress-events.ts'

const FINAL = '{"jsonrpc":"2.0","id":1,"result":{}}'
const reply: HttpReply = { status: 200, headers: ['content-type', 'application/json'], body: FINAL }
const at = (done: number, more: Partial<Progress> = {}): Progress => ({
  done,
  total: null,
  message: null,
  ...more,
})

function open(token: string | number = 'p') {
  const clock = { time: 0, now: () => 0, elapsed: () => clock.time }
  const events = new ProgressEvents(token, clock)
  /** Moves the clock and the timers. */
  const pass = async (ms: number) => {
    clock.time += ms
    await vi.advanceTimersByTimeAsync(ms)
  }
  return { clock, events, pass }
}

/** What an event says. */
function said({ value }: IteratorResult<string>): Readonly<Record<string, unknown>> {
  const text = String(value)
  expect(text.startsWith('event: message\ndata: ')).toBe(true)
  expect(text.endsWith('\n\n')).toBe(true)
  return JSON.parse(text.slice('event: message\ndata: '.length))
}

const progressOf = (step: IteratorResult<string>) =>
  (said(step)['params'] as Readonly<Record<string, unknown>>)['progress']

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

describe('W-31c: the answer to a call whose client waits for progress', () => {
  it('is a document while nothing was reported, at once or late', async () => {
    expect(open().events.answer(reply)).toBe(reply)
    expect(await open().events.answer(Promise.resolve(reply))).toBe(reply)
  })

  it('begins with the first report, and ends with the answer', async () => {
    const { events } = open(7)
    let finish: (reply: HttpReply) => void = () => {}
    const answer = events.answer(
      new Promise<HttpReply>((resolve) => {
        finish = resolve
      }),
    )
    events.report(at(1, { total: 3, message: 'one' }))
    const begun = await answer
    expect(begun.headers.slice(0, 2)).toEqual(['content-type', 'text/event-stream'])
    expect(said(await events.next())).toEqual({
      jsonrpc: '2.0',
      method: 'notifications/progress',
      params: { progressToken: 7, progress: 1, total: 3, message: 'one' },
    })
    const next = events.next()
    finish(reply)
    expect(said(await next)).toEqual(JSON.parse(FINAL))
    expect((await events.next()).done).toBe(true)
    expect((await events.next()).done).toBe(true)
  })

  it('is a stream, too, of a call that reported and never waited', async () => {
    const { events } = open()
    events.report(at(1))
    const whole = events.answer(reply)
    expect(whole).toMatchObject({ body: events })
    expect(progressOf(await events.next())).toBe(1)
    expect(said(await events.next())).toEqual(JSON.parse(FINAL))
  })

  it('says only what grows', async () => {
    const { events } = open()
    for (const done of [5, 5, 4, Number.NEGATIVE_INFINITY, Number.NaN]) events.report(at(done))
    expect(progressOf(await events.next())).toBe(5)
    events.report(at(3))
    events.report(at(6))
    expect(progressOf(await events.next())).toBe(6)
    events.answer(reply)
    expect(said(await events.next())).toEqual(JSON.parse(FINAL))
  })

  it('of a flood sends ten at once and ten a second, and always the last one', async () => {
    const { events, pass } = open()
    events.report(at(0))
    void events.answer(new Promise(() => {}))
    const seen: unknown[] = []
    const reading = (async () => {
      for await (const text of events) seen.push(text)
    })()
    for (let done = 1; done <= 1000; done++) {
      events.report(at(done))
      await pass(1)
    }
    expect(seen.length).toBeGreaterThanOrEqual(18)
    expect(seen.length).toBeLessThanOrEqual(21)
    events.report(at(1001))
    void events.answer(reply)
    await reading
    expect(seen.at(-2)).toContain('"progress":1001')
    expect(seen.at(-1)).toContain(FINAL)
  })

  it('holds one notification, however much is reported to a reader that does not read', async () => {
    const { events } = open()
    for (let done = 0; done < 100_000; done++) events.report(at(done))
    void events.answer(reply)
    const seen: unknown[] = []
    for await (const text of events) seen.push(text)
    expect(seen).toHaveLength(2)
    expect(seen[0]).toContain('"progress":99999')
  })

  it('keeps the connection with a comment each 15 s of silence', async () => {
    const { events, pass } = open()
    events.report(at(0))
    void events.answer(new Promise(() => {}))
    await events.next()
    const waiting = events.next()
    await pass(14_999)
    await pass(1)
    expect((await waiting).value).toBe(': keep-alive\n\n')
    await events.return()
  })

  it('says nothing more once its reader has left, and holds no timer', async () => {
    const { events } = open()
    events.report(at(0))
    void events.answer(new Promise(() => {}))
    await events.next()
    const waiting = events.next()
    await events.return()
    expect((await waiting).done).toBe(true)
    events.report(at(1))
    expect((await events.next()).done).toBe(true)
  })

  it('fails where its answer fails, so that nobody takes the half of it for whole', async () => {
    const { events } = open()
    events.report(at(0))
    await events.answer(Promise.reject(new Error('lost')))
    await expect(events.next()).rejects.toThrow('lost')
    const { events: quiet } = open()
    await expect(quiet.answer(Promise.reject(new Error('lost')))).rejects.toThrow('lost')
  })

  it('makes no event of a line break that a handler passes on', async () => {
    const { events } = open()
    events.report(at(1, { message: 'a\r\n\r\nevent: message\ndata: {"forged":1}\n\n\u2028' }))
    void events.answer({ ...reply, body: '{\n"a":\r\n1}' })
    const step = await events.next()
    expect(String(step.value).split('\n')).toHaveLength(4)
    expect(said(step)['params']).toMatchObject({ message: expect.stringContaining('forged') })
    expect(String((await events.next()).value)).toBe(
      'event: message\ndata: {\ndata: "a":\ndata: 1}\n\n',
    )
  })
})
