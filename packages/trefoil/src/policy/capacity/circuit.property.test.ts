import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CallResult, Circuit } from './circuit.ts'

const RULE = { failures: 3, cooldown: 1000 }

/** What a breaker is, written as plainly as it can be: every call is remembered with all about it. */
class Model {
  now = 0
  state: 'closed' | 'open' = 'closed'
  inRow = 0
  openSince = 0
  /** The call that tries. */
  probe: object | null = null
  probeSince = 0
  /** Calls let in since it was closed: of those, and of the one that tries, the end counts. */
  current = new Set<object>()

  admits(): boolean {
    if (this.state === 'closed') return true
    if (this.now < this.openSince + RULE.cooldown) return false
    return this.probe === null || this.now >= this.probeSince + RULE.cooldown
  }

  enter(call: object): void {
    if (this.state === 'closed') this.current.add(call)
    else {
      this.probe = call
      this.probeSince = this.now
    }
  }

  begin(call: object): void {
    if (this.state !== 'open' || this.probe !== call) return
    this.state = 'closed'
    this.probe = null
    this.inRow = 0
    this.current = new Set([call])
  }

  leave(call: object, result: CallResult): void {
    if (this.state === 'closed' && this.current.has(call)) {
      if (result === 'success') this.inRow = 0
      if (result === 'failure') this.inRow++
      if (this.inRow === RULE.failures) this.#open()
    } else if (this.state === 'open' && this.probe === call) {
      this.probe = null
      if (result === 'failure') this.openSince = this.now
      if (result !== 'success') return
      this.state = 'closed'
      this.inRow = 0
      this.current = new Set()
    }
  }

  #open(): void {
    this.state = 'open'
    this.openSince = this.now
    this.probe = null
    this.current = new Set()
  }
}

const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant({ kind: 'enter' } as const) },
    {
      weight: 5,
      arbitrary: fc.record({
        kind: fc.constant('leave' as const),
        which: fc.nat(),
        result: fc.constantFrom<CallResult>('success', 'failure', 'failure', 'failure', 'nothing'),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('begin' as const), which: fc.nat() }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('wait' as const),
        ms: fc.constantFrom(1, 400, 999, 1000, 5000),
      }),
    },
  ),
  { maxLength: 60 },
)

describe('P-MWL-6: a circuit breaker', () => {
  test('is the plain model of one, whatever happens in whatever order', () => {
    fc.assert(
      fc.property(steps, (all) => {
        const circuit = new Circuit(RULE)
        const model = new Model()
        const running: { ticket: number; call: object }[] = []
        for (const step of all) {
          const { now } = model
          expect(circuit.refuses(now)).toBe(!model.admits())
          if (step.kind === 'wait') model.now += step.ms
          else if (step.kind === 'enter') {
            const ticket = circuit.enter(now)
            expect(ticket !== null).toBe(model.admits())
            if (ticket === null) continue
            const call = {}
            running.push({ ticket, call })
            model.enter(call)
          } else if (running.length === 0) {
            continue
          } else if (step.kind === 'begin') {
            const one = running[step.which % running.length]
            if (one === undefined) continue
            const before = model.state
            model.begin(one.call)
            const turned = before === model.state ? null : 'closed'
            expect(circuit.begin(one.ticket)).toBe(turned)
          } else {
            const [one] = running.splice(step.which % running.length, 1)
            if (one === undefined) continue
            const before = model.state
            model.leave(one.call, step.result)
            const turned = before === model.state ? null : model.state
            expect(circuit.leave(one.ticket, step.result, now)).toBe(
              turned === 'open' ? 'opened' : turned,
            )
          }
          expect(circuit.stateAt(model.now) === 'closed').toBe(model.state === 'closed')
          const wait = circuit.wait(model.now)
          expect(wait > 0).toBe(!model.admits())
          expect(wait).toBeLessThanOrEqual(RULE.cooldown)
        }
      }),
      { numRuns: 100 },
    )
  })

  /** Lets one call in and out. */
  function call(circuit: Circuit, result: CallResult, now: number) {
    const ticket = circuit.enter(now)
    return ticket === null ? 'refused' : circuit.leave(ticket, result, now)
  }

  test('opens after five failures in a row, for 60 seconds, then lets one call try', () => {
    const circuit = new Circuit({ failures: 5, cooldown: 60_000 })
    for (let index = 0; index < 4; index++) expect(call(circuit, 'failure', 0)).toBeNull()
    expect(call(circuit, 'failure', 0)).toBe('opened')
    expect(circuit.wait(1)).toBe(59_999)
    expect(call(circuit, 'success', 59_999)).toBe('refused')
    const probe = circuit.enter(60_000)
    expect(probe).not.toBeNull()
    expect(circuit.enter(60_000)).toBeNull()
    expect(circuit.leave(probe as number, 'success', 60_001)).toBe('closed')
    expect(call(circuit, 'success', 60_001)).toBeNull()
  })

  test('is not opened by failures with a success between them', () => {
    const circuit = new Circuit({ failures: 2, cooldown: 1000 })
    for (const result of ['failure', 'success', 'failure', 'nothing', 'success'] as const) {
      expect(call(circuit, result, 0)).toBeNull()
    }
    expect(call(circuit, 'failure', 0)).toBeNull()
    expect(call(circuit, 'nothing', 0)).toBeNull()
    expect(call(circuit, 'failure', 0)).toBe('opened')
  })

  test('a call that tries and never ends holds the others back for one more cooldown only', () => {
    const circuit = new Circuit({ failures: 1, cooldown: 1000 })
    call(circuit, 'failure', 0)
    const hangs = circuit.enter(1000) as number
    expect(circuit.enter(1999)).toBeNull()
    const next = circuit.enter(2000) as number
    expect(circuit.leave(hangs, 'success', 2001)).toBeNull()
    expect(circuit.stateAt(2001)).toBe('half-open')
    expect(circuit.leave(next, 'success', 2002)).toBe('closed')
  })
})
