import { readdirSync } from 'node:fs'
import {
  constants,
  type IntervalHistogram,
  monitorEventLoopDelay,
  PerformanceObserver,
  performance,
} from 'node:perf_hooks'
import { systemClock } from '../../parts.ts'
import type { Registry } from './meter.ts'
import type { Distribution, Sample, SeriesMap } from './series.ts'

/** Milliseconds between two looks at the event loop: what is shorter is not seen. */
const RESOLUTION = 20
/** Nanoseconds in a second. */
const NANO = 1e9
const COLLECTIONS: ReadonlyMap<number, string> = new Map([
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak'],
])
const PAUSES = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5]

/** What the process itself does; measured while the app runs. */
export class ProcessMetrics {
  #delay: IntervalHistogram | null = null
  #collections: PerformanceObserver | null = null
  #used = performance.eventLoopUtilization()
  readonly #pauses: SeriesMap<Distribution>

  constructor(registry: Registry) {
    registry.add({
      name: 'process_cpu_seconds',
      type: 'counter',
      help: 'Processor time of the process.',
      samples: () => {
        const { user, system } = process.cpuUsage()
        return [{ suffix: '_total', labels: [], value: (user + system) / 1e6 }]
      },
    })
    const startedAt = systemClock.now() / 1000 - process.uptime()
    registry.read('process_start_time_seconds', 'Start of the process, since 1970.', () => {
      return startedAt
    })
    registry.read('process_resident_memory_bytes', 'Memory in use.', () =>
      process.memoryUsage.rss(),
    )
    registry.read('process_open_fds', 'Open file descriptors; where there is /proc.', openFiles)
    registry.read('nodejs_heap_used_bytes', 'Memory in use for JavaScript.', () => {
      return process.memoryUsage().heapUsed
    })
    registry.read('nodejs_active_resources', 'What keeps the process alive.', () => {
      return process.getActiveResourcesInfo().length
    })
    registry.read(
      'nodejs_eventloop_utilization',
      'Share of the time since the last scrape in which the event loop worked.',
      () => {
        const now = performance.eventLoopUtilization()
        const { utilization } = performance.eventLoopUtilization(now, this.#used)
        this.#used = now
        return utilization
      },
    )
    registry.add({
      name: 'nodejs_eventloop_delay_seconds',
      type: 'gauge',
      help: 'Delay of the event loop since the last scrape.',
      samples: () => this.#delays(),
    })
    this.#pauses = registry.histogram(
      'nodejs_gc_duration_seconds',
      'Pauses in which memory was collected.',
      ['kind'],
      PAUSES,
    )
  }

  #delays(): readonly Sample[] {
    const delay = this.#delay
    if (delay === null) return []
    const sample = (part: string, nanoseconds: number): Sample => {
      // What it measures has the pause between two looks in it.
      const value = Math.max(0, nanoseconds / NANO - RESOLUTION / 1000)
      return { suffix: '', labels: [['part', part]], value }
    }
    const samples = [
      sample('p50', delay.percentile(50)),
      sample('p99', delay.percentile(99)),
      sample('max', delay.max),
    ]
    delay.reset()
    return samples
  }

  start(): void {
    if (this.#delay !== null) return
    this.#delay = monitorEventLoopDelay({ resolution: RESOLUTION })
    this.#delay.enable()
    this.#collections = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { kind }: { kind?: unknown } = Object(Object(entry).detail)
        this.#pauses.of([COLLECTIONS.get(Number(kind)) ?? 'other']).observe(entry.duration / 1000)
      }
    })
    this.#collections.observe({ entryTypes: ['gc'] })
  }

  stop(): void {
    this.#delay?.disable()
    this.#delay = null
    this.#collections?.disconnect()
    this.#collections = null
  }
}

function openFiles(): number | null {
  try {
    // The one that reads the list is in it.
    return readdirSync('/proc/self/fd').length - 1
  } catch {
    return null
  }
}
