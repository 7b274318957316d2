import type { Guard } from '../../auth.ts'
import { type Call, type Clock, defineProblems, type ProblemSet, reply } from '../../index.ts'
import {
  definePart,
  kinds,
  type OptionGroup,
  type Part,
  type PartApp,
  type PartEndpoint,
  processEnvironment,
  readOptions,
  systemClock,
  type Values,
} from '../../parts.ts'
import {
  Checks,
  type HealthCheck,
  type HealthCheckOptions,
  type HealthReport,
  readChecks,
  reasonsOf,
  wrongCheck,
} from './checks.ts'

/** Options of {@link health}. */
export interface HealthOptions {
  /** Path of the endpoints, `<path>/live` and `<path>/ready`, which are open to everybody. Default `/health`. */
  readonly path?: string
  /** What the app needs, by name. Default nothing: then it is well as long as it answers. */
  readonly checks?: Readonly<Record<string, HealthCheck | HealthCheckOptions>>
  /** Time that a check has which does not say so itself; all run at once. Default `5s`. */
  readonly timeout?: string
  /** Who is shown each check and why it failed, at `<path>/checks`. Default none: then there is no such endpoint. */
  readonly guard?: Guard | null
  /** Show everybody which check failed, and why. Not for production. Default false. */
  readonly details?: boolean
  /** Leave no line in the log and none in the access log for answers; what fails is told of once. Default false. */
  readonly quiet?: boolean
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

type HealthValues = Values<HealthOptions, { timeout: number; guard: Guard | null }>

const PATH = /^\/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-]$/

const OPTIONS: OptionGroup<HealthOptions, HealthValues> = {
  name: 'health()',
  prefix: 'TREFOIL_HEALTH',
  rows: {
    path: {
      read: {
        ...kinds.kind('a path such as /health', (value): value is string => {
          return typeof value === 'string' && PATH.test(value)
        }),
        words: 'path',
        fromText: (value) => ({ value }),
      },
      default: '/health',
      variable: true,
      doc: 'Path of the endpoints, `<path>/live` and `<path>/ready`, which are open to everybody.',
    },
    checks: {
      read: kinds.record<HealthCheck | HealthCheckOptions>('{ database: () => … }', wrongCheck),
      default: {},
      doc: 'What the app needs, by name: a function, or `{ check, timeout, required }`.',
    },
    timeout: {
      read: kinds.duration,
      default: '5s',
      variable: true,
      doc: 'Time that a check has which does not say so itself; all run at once.',
    },
    guard: {
      read: kinds.orNull(
        kinds.kind('a guard such as hasScope(…)', (value): value is Guard => {
          return typeof Object(value).decide === 'function'
        }),
      ),
      default: null,
      doc: 'Who is shown each check and why it failed, at `<path>/checks`. Without: no such endpoint.',
    },
    details: {
      read: kinds.flag,
      default: false,
      variable: true,
      risk: riskOfDetails,
      doc: 'Show everybody which check failed, and why. Not for production.',
    },
    quiet: {
      read: kinds.flag,
      default: false,
      variable: true,
      doc: 'Leave no line in the log and none in the access log for answers; what fails is told of once.',
    },
    clock: {
      read: kinds.clock,
      default: systemClock,
      shown: "the machine's",
      doc: 'Source of time.',
    },
  },
}

function riskOfDetails(shows: boolean): { readonly code: string; readonly message: string } | null {
  const message = 'details of health() must be off: they tell anybody why a check failed'
  return shows ? { code: 'health_details', message } : null
}

/** Codes of {@link healthProblems}. */
export type HealthProblem = 'health_check_failed' | 'server_draining' | 'server_starting'

/** What `GET /health/ready` refuses with. */
export const healthProblems: ProblemSet<HealthProblem> = defineProblems('health', {
  health_check_failed: {
    status: 503,
    text: 'Something that the app needs is not there',
    fix: 'Send requests to another instance; the log of this one says what failed.',
  },
  server_draining: {
    status: 503,
    text: 'The app is stopping',
    fix: 'Send requests to another instance.',
  },
  server_starting: {
    status: 503,
    text: 'The app is starting',
    fix: 'Ask again in a second.',
  },
})

/** Of the moment: what is kept is kept here, and not on the way. */
const HEADERS = { 'cache-control': 'no-store' }

/**
 * A part that says whether the app can do its work. `GET /health/live` answers 200 as long as the process
 * does. `GET /health/ready`, and `/health` itself, answer 200, or 503 while the app starts, when a check
 * fails, and as soon as it begins to stop, so that whoever shares out requests sends no more. Strangers
 * are told no more than that. Also `trefoil health check`.
 *
 * @throws ImproperlyConfigured naming the option or the variable that is wrong
 */
export function health(options: HealthOptions = {}): Part {
  const values = readOptions(OPTIONS, options, { env: processEnvironment() })
  const { path, timeout, guard, details, quiet, clock } = values
  const checks = new Checks(readChecks(values.checks, timeout), clock)
  const failing = new Set<string>()
  let app: PartApp | null = null
  let isDraining = false

  /** Once for each time that something fails or comes back: probes come every second. */
  function tell({ checks: states, errors }: HealthReport): void {
    const log = app?.log
    for (const [check, state] of Object.entries(states)) {
      if (state === 'ok') {
        if (failing.delete(check)) log?.info({ check }, 'Health check passes again')
      } else if (!failing.has(check)) {
        failing.add(check)
        log?.error({ check, err: errors.get(check) }, 'Health check failed')
      }
    }
  }

  async function ready(): Promise<unknown> {
    if (isDraining) throw healthProblems.problem('server_draining')
    if (app?.isReady() !== true) throw healthProblems.problem('server_starting')
    const report = await checks.report(tell)
    const shown = details ? shownOf(report) : {}
    if (report.ok) return reply({ status: 'ok', ...shown }, { headers: HEADERS })
    throw healthProblems.problem('health_check_failed', { details: shown })
  }

  async function shown(call: Call, who: Guard): Promise<unknown> {
    await call.authorize(who)
    const report = await checks.report(tell)
    const status = report.ok ? 'ok' : 'failed'
    return reply({ status, ...shownOf(report) }, { headers: HEADERS })
  }

  const open = (at: string, handle: PartEndpoint['handle']): PartEndpoint => {
    return { method: 'GET', path: `${path}${at}`, public: true, quiet, handle }
  }
  return definePart({
    name: 'health',
    options: OPTIONS,
    problems: healthProblems,
    risks: () => {
      const risk = riskOfDetails(details)
      return risk === null ? [] : [risk]
    },
    start: (started) => {
      app = started
      isDraining = false
    },
    drain: () => {
      isDraining = true
    },
    stop: () => {
      app = null
    },
    endpoints: [
      open('', ready),
      open('/ready', ready),
      open('/live', () => reply({ status: 'ok' }, { headers: HEADERS })),
      ...(guard === null
        ? []
        : [{ method: 'GET', path: `${path}/checks`, handle: (call: Call) => shown(call, guard) }]),
    ],
    commands: [
      {
        name: 'check',
        describe: 'run the checks of GET /health/ready here and now',
        run: async () => {
          const report = await checks.ask()
          const why = reasonsOf(report)
          const lines = Object.entries(report.checks).map(([check, state]) => {
            return state === 'ok' ? `${check}: ok` : `${check}: failed: ${why[check]}`
          })
          const { ok } = report
          return {
            text: lines.length === 0 ? 'no checks: the app is well' : lines.join('\n'),
            json: { ok, ...shownOf(report) },
            exit: ok ? 0 : 1,
          }
        },
      },
    ],
  })
}

/** For those who may see it, and for nobody else (PW-37). */
function shownOf(report: HealthReport): Readonly<Record<string, unknown>> {
  const { checks, errors } = report
  return { checks, ...(errors.size === 0 ? {} : { reasons: reasonsOf(report) }) }
}
