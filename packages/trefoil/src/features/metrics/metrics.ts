import { AuthContext, type Guard, refusal } from '../../auth.ts'
import { type Call, ImproperlyConfigured, reply, type Secret } from '../../index.ts'
import {
  definePart,
  equalSecrets,
  kinds,
  type OptionGroup,
  type Part,
  type PartApp,
  type PartEndpoint,
  processEnvironment,
  readOptions,
  type Values,
} from '../../parts.ts'
import { callMetrics } from './call-metrics.ts'
import { CONTENT_TYPE, exposed, expositionFor } from './exposition.ts'
import { type Meter, meterOf, Registry } from './meter.ts'
import { metricsOf } from './part-figures.ts'
import { ProcessMetrics } from './process-metrics.ts'

/** Options of {@link metrics}. One of `token` and `guard` must be given: figures are not for strangers. */
export interface MetricsOptions {
  /** What whoever scrapes sends as a bearer token; 16 characters or more. Default none. */
  readonly token?: string | Secret | null
  /** Which of the app's callers may read them, in the place of a token. Default none. */
  readonly guard?: Guard | null
  /** Path of the endpoint. Default `/metrics`. */
  readonly path?: string
  /** Series of one metric; what is more is counted together, as `other`. Default 10000. */
  readonly series?: number
}

/** The part of {@link metrics}, and what makes metrics of the app's own. */
export interface Metrics extends Part, Meter {
  /** The page, as the endpoint answers it, without what other parts count: those have to be asked. */
  text(format?: 'prometheus' | 'openmetrics'): string
}

type MetricsValues = Values<MetricsOptions, { token: string | null; guard: Guard | null }>

const PATH = /^\/[A-Za-z0-9._~/-]*[A-Za-z0-9._~-]$/
const SHORTEST_TOKEN = 16

/** The rows of {@link MetricsOptions}. */
export const METRICS: OptionGroup<MetricsOptions, MetricsValues> = {
  name: 'metrics()',
  prefix: 'TREFOIL_METRICS',
  rows: {
    token: {
      read: kinds.orNull(kinds.secretText),
      default: null,
      variable: true,
      doc: 'What whoever scrapes sends as a bearer token; 16 characters or more.',
    },
    guard: {
      read: kinds.orNull(
        kinds.kind('a guard such as hasScope(…)', (value): value is Guard => {
          return typeof Object(value).decide === 'function'
        }),
      ),
      default: null,
      doc: "Which of the app's callers may read them, in the place of a token.",
    },
    path: {
      read: {
        ...kinds.kind('a path such as /metrics', (value): value is string => {
          return typeof value === 'string' && PATH.test(value)
        }),
        words: 'path',
        fromText: (value) => ({ value }),
      },
      default: '/metrics',
      variable: true,
      doc: 'Path of the endpoint.',
    },
    series: {
      read: kinds.count({ least: 10, most: 1_000_000 }),
      default: 10_000,
      variable: true,
      doc: 'Series of one metric; what is more is counted together, as `other`.',
    },
  },
}

/**
 * A part that counts calls, and what the process needs, and shows both to Prometheus at `GET /metrics`.
 * Not public: a token, or a guard of the app's.
 *
 * @throws ImproperlyConfigured naming the option or the variable that is wrong, and where nobody says who
 * may read it
 */
export function metrics(options: MetricsOptions = {}): Metrics {
  const values = readOptions(METRICS, options, { env: processEnvironment() })
  const { token, guard, path, series } = values
  if (token === null && guard === null) {
    throw new ImproperlyConfigured(
      'metrics() needs token (or TREFOIL_METRICS_TOKEN), or guard: figures say how busy an app is, and are not for strangers',
    )
  }
  if (token !== null && guard !== null) {
    throw new ImproperlyConfigured('metrics() takes token or guard, not both')
  }
  if (token !== null && token.length < SHORTEST_TOKEN) {
    throw new ImproperlyConfigured(
      `metrics(): token must have ${SHORTEST_TOKEN} characters or more; make one with openssl rand -hex 32`,
    )
  }
  const registry = new Registry(series)
  const observe = callMetrics(registry)
  const ofProcess = new ProcessMetrics(registry)
  let app: PartApp | null = null

  async function handle(call: Call): Promise<unknown> {
    if (guard !== null) await call.authorize(guard)
    const format = expositionFor(call.request.headers.get('accept'))
    const headers = { 'content-type': CONTENT_TYPE[format], 'cache-control': 'no-store' }
    const own = registry.metrics()
    const others = app === null ? [] : metricsOf(await app.figures(), own, series)
    return reply(exposed([...own, ...others], format), { headers })
  }

  const more: Omit<Metrics, keyof Part> = {
    ...meterOf(registry),
    text: (format = 'prometheus') => exposed(registry.metrics(), format),
  }
  return definePart(
    {
      name: 'metrics',
      options: METRICS,
      observe,
      endpoints: [
        {
          method: 'GET',
          path,
          quiet: true,
          handle,
          ...(token === null ? {} : { authenticate: scraper(token) }),
        },
      ],
      start: (started) => {
        ofProcess.start()
        app = started
        // From now on they count: what happens before the first scrape is in it.
        void started.figures()
      },
      stop: () => {
        app = null
        ofProcess.stop()
      },
    },
    more,
  )
}

/** Whoever has the token, whoever that is. */
function scraper(token: string): NonNullable<PartEndpoint['authenticate']> {
  const who = new AuthContext({ subject: 'metrics', kind: 'service' })
  return {
    name: 'metrics',
    scheme: { type: 'http', scheme: 'bearer' },
    kinds: ['service'],
    authenticate: ({ bearer }) => {
      if (bearer === null) return null
      return equalSecrets(bearer, token) ? who : refusal('refused')
    },
  }
}
