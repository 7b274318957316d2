import type { MeterProvider, TracerProvider } from '@opentelemetry/api'
import { kinds, type OptionGroup, type Values } from '../../parts.ts'

/** Options of {@link otel}. */
export interface OtelOptions {
  /** Where spans go. Default: the provider that is registered with `@opentelemetry/api`. */
  readonly tracerProvider?: TracerProvider | null
  /** Where figures go. Default: the provider that is registered when the app starts. */
  readonly meterProvider?: MeterProvider | null
  /** A span for each call, and for work after answers. Default true. */
  readonly spans?: boolean
  /** How long calls took, and how many run. Default true. */
  readonly metrics?: boolean
  /** An event in the span of a call for each stage of it. Default true. */
  readonly stages?: boolean
  /** Who called, as `enduser.id`. Default false: it leaves the app. */
  readonly subjects?: boolean
  /** The path that was asked for, as `url.path`: with what stands in it. Default false. */
  readonly paths?: boolean
  /** Of what was thrown: its class, or its message and stack too, which may hold anything. Default `type`. */
  readonly errors?: 'type' | 'message'
}

type OtelValues = Values<
  OtelOptions,
  { tracerProvider: TracerProvider | null; meterProvider: MeterProvider | null }
>

/** The rows of {@link OtelOptions}. */
export const OTEL: OptionGroup<OtelOptions, OtelValues> = {
  name: 'otel()',
  prefix: 'TREFOIL_OTEL',
  rows: {
    tracerProvider: {
      read: kinds.orNull(
        kinds.kind('a TracerProvider', (value): value is TracerProvider => {
          return typeof Object(value).getTracer === 'function'
        }),
      ),
      default: null,
      shown: 'the one that is registered',
      doc: 'Where spans go.',
    },
    meterProvider: {
      read: kinds.orNull(
        kinds.kind('a MeterProvider', (value): value is MeterProvider => {
          return typeof Object(value).getMeter === 'function'
        }),
      ),
      default: null,
      shown: 'the one that is registered when the app starts',
      doc: 'Where figures go.',
    },
    spans: {
      read: kinds.flag,
      default: true,
      variable: true,
      doc: 'A span for each call, and for work after answers.',
    },
    metrics: {
      read: kinds.flag,
      default: true,
      variable: true,
      doc: 'How long calls took, and how many run.',
    },
    stages: {
      read: kinds.flag,
      default: true,
      variable: true,
      doc: 'An event in the span of a call for each stage of it.',
    },
    subjects: {
      read: kinds.flag,
      default: false,
      variable: true,
      doc: 'Who called, as `enduser.id`.',
    },
    paths: {
      read: kinds.flag,
      default: false,
      variable: true,
      doc: 'The path that was asked for, as `url.path`, with what stands in it.',
    },
    errors: {
      read: kinds.choice(['type', 'message']),
      default: 'type',
      variable: true,
      doc: 'Of what was thrown: its class, or its message and stack too, which may hold anything.',
    },
  },
}
