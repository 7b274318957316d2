import { type Awaitable, defineProblems, type ProblemSet } from '../index.ts'
import {
  definePart,
  kinds,
  type OptionGroup,
  type Part,
  processEnvironment,
  readOptions,
  type Values,
} from '../parts.ts'

/**
 * Says that something the app needs is there: returns when it is, throws when it is not.
 *
 * @param signal aborted when the time of the check is up
 */
export type HealthCheck = (signal: AbortSignal) => Awaitable<unknown>

/** Options of {@link health}. */
export interface HealthOptions {
  /** Path of the endpoint, which is open to everybody. Default `/health`. */
  readonly path?: string
  /** What the app needs, by name. Default nothing: then it is well as long as it answers. */
  readonly checks?: Readonly<Record<string, HealthCheck>>
  /** Time that all checks have together, which run at once. Default `5s`. */
  readonly timeout?: string
  /** Show callers why a check failed. Not for production. Default false. */
  readonly details?: boolean
}

type HealthValues = Values<HealthOptions, { timeout: number }>

const PATH = /^\/[A-Za-z0-9._~/-]*$/
const NAME = /^[a-z][a-z0-9_]{0,63}$/

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
      doc: 'Path of the endpoint, which is open to everybody.',
    },
    checks: {
      read: kinds.record<HealthCheck>('{ database: () => … }', (name, value) => {
        if (!NAME.test(name)) return 'is no name in snake_case'
        return typeof value === 'function' ? null : 'must be a function'
      }),
      default: {},
      doc: 'What the app needs, by name.',
    },
    timeout: {
      read: kinds.duration,
      default: '5s',
      variable: true,
      doc: 'Time that all checks have together, which run at once.',
    },
    details: {
      read: kinds.flag,
      default: false,
      variable: true,
      risk: riskOfDetails,
      doc: 'Show callers why a check failed. Not for production.',
    },
  },
}

function riskOfDetails(shows: boolean): { readonly code: string; readonly message: string } | null {
  const message = 'details of health() must be off: they tell anybody why a check failed'
  return shows ? { code: 'health_details', message } : null
}

/** Codes of {@link healthProblems}. */
export type HealthProblem = 'health_check_failed' | 'server_draining'

/** What `GET /health` refuses with. */
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
})

/** How the checks went. */
interface Report {
  readonly checks: Readonly<Record<string, 'ok' | 'failed'>>
  readonly errors: ReadonlyMap<string, unknown>
}

/**
 * A part that says whether the app can do its work: `GET /health` answers 200, or 503 when a check
 * fails and as soon as the app begins to stop, so that whoever shares out requests sends no more. Also
 * `trefoil health check`.
 *
 * @throws ImproperlyConfigured naming the option or the variable that is wrong
 */
export function health(options: HealthOptions = {}): Part {
  const values = readOptions(OPTIONS, options, { env: processEnvironment() })
  const { path, checks, timeout, details } = values
  let isDraining = false
  return definePart({
    name: 'health',
    options: OPTIONS,
    problems: healthProblems,
    risks: () => {
      const risk = riskOfDetails(details)
      return risk === null ? [] : [risk]
    },
    start: () => {
      isDraining = false
    },
    drain: () => {
      isDraining = true
    },
    endpoints: [
      {
        method: 'GET',
        path,
        public: true,
        handle: async (call) => {
          if (isDraining) throw healthProblems.problem('server_draining')
          const report = await ask(checks, timeout)
          if (report.errors.size === 0) return { status: 'ok', checks: report.checks }
          for (const [check, err] of report.errors) {
            call.log.error({ check, err }, 'Health check failed')
          }
          throw healthProblems.problem('health_check_failed', {
            details: { checks: report.checks, ...(details ? { reasons: reasons(report) } : {}) },
          })
        },
      },
    ],
    commands: [
      {
        name: 'check',
        describe: 'run the checks of GET /health here and now',
        run: async () => {
          const report = await ask(checks, timeout)
          const ok = report.errors.size === 0
          const why = reasons(report)
          const lines = Object.entries(report.checks).map(([check, state]) => {
            return state === 'ok' ? `${check}: ok` : `${check}: failed: ${why[check]}`
          })
          return {
            text: lines.length === 0 ? 'no checks: the app is well' : lines.join('\n'),
            json: { ok, checks: report.checks, ...(ok ? {} : { reasons: why }) },
            exit: ok ? 0 : 1,
          }
        },
      },
    ],
  })
}

async function ask(checks: HealthValues['checks'], ms: number): Promise<Report> {
  const signal = AbortSignal.timeout(ms)
  const late = new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error(`took longer than ${ms} ms`)))
  })
  // Nobody may be waiting any more when the time is up.
  late.catch(() => undefined)
  const errors = new Map<string, unknown>()
  const asked = Object.entries(checks).map(async ([name, check]) => {
    try {
      await Promise.race([check(signal), late])
      return [name, 'ok'] as const
    } catch (error) {
      errors.set(name, error)
      return [name, 'failed'] as const
    }
  })
  return { checks: Object.fromEntries(await Promise.all(asked)), errors }
}

function reasons({ errors }: Report): Record<string, string> {
  return Object.fromEntries(
    [...errors].map(([name, error]) => [name, error instanceof Error ? error.message : 'failed']),
  )
}
