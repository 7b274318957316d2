import type { SurfaceName } from '../../index.ts'
import type { ObservedCall, ObservedEnd, ObserverPort } from '../../parts.ts'
import type { Registry } from './meter.ts'
import { type Count, type Distribution, SECONDS } from './series.ts'

/** What is counted of one action on one surface. */
interface ActionCounts {
  readonly duration: Distribution
  /** By outcome and problem. */
  readonly ends: Map<string, Count>
}

/** Codes of problems that an action is counted by; an app may make them of anything. */
const MOST_CODES = 50
/** The action of what was refused before it was known, of lists and of documents. */
const NONE = 'none'
const ENDS = ['surface', 'action', 'outcome', 'problem']

/** Counts calls and work after answers. Nothing of it is of a caller's choosing: no path, no subject. */
export function callMetrics(registry: Registry): ObserverPort {
  const total = registry.counter(
    'trefoil_calls_total',
    'Calls that have ended, and requests refused before they were one.',
    ENDS,
  )
  const durations = registry.histogram(
    'trefoil_call_duration_seconds',
    'Time from the receipt of a call until its answer was complete.',
    ['surface', 'action'],
    SECONDS,
  )
  const running = registry.gauge('trefoil_calls_running', 'Calls that have not ended.', ['surface'])
  const inFlight: Readonly<Record<SurfaceName, Count>> = {
    api: running.of(['api']),
    mcp: running.of(['mcp']),
    cli: running.of(['cli']),
  }
  const tasks = registry.counter(
    'trefoil_background_tasks_total',
    'Work after answers that is over: done, failed, or left by a stopping app.',
    ['outcome'],
  )
  const tasksRunning = registry
    .gauge('trefoil_background_tasks_running', 'Work after answers that is being done.', [])
    .of([])
  const known: Readonly<Record<SurfaceName, Map<string, ActionCounts>>> = {
    api: new Map(),
    mcp: new Map(),
    cli: new Map(),
  }

  function countsOf(surface: SurfaceName, action: string): ActionCounts {
    const ofSurface = known[surface]
    const found = ofSurface.get(action)
    if (found !== undefined) return found
    const made = { duration: durations.of([surface, action]), ends: new Map<string, Count>() }
    ofSurface.set(action, made)
    return made
  }

  function endOf(call: ObservedCall, counts: ActionCounts, end: ObservedEnd): Count {
    const { outcome, problem } = end
    // Most calls end well, and need no other key.
    const key = problem === null ? outcome : `${outcome} ${problem}`
    const found = counts.ends.get(key)
    if (found !== undefined) return found
    const isOver = counts.ends.size >= MOST_CODES
    const labels = [call.surface, call.action?.name ?? NONE, outcome, problem ?? '']
    if (isOver) return total.of([...labels.slice(0, 3), 'other'])
    const made = total.of(labels)
    counts.ends.set(key, made)
    return made
  }

  return {
    began: ({ surface }) => {
      inFlight[surface].value++
    },
    ended: (call, end) => {
      const { surface, action } = call
      const counts = countsOf(surface, action?.name ?? NONE)
      if (end.hasBegun) inFlight[surface].value--
      endOf(call, counts, end).value++
      counts.duration.observe(end.duration / 1000)
    },
    task: (_, run) => {
      tasksRunning.value++
      run()
    },
    taskEnded: (_, outcome) => {
      tasksRunning.value--
      tasks.of([outcome]).value++
    },
  }
}
