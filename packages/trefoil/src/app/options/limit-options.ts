import type { ByteSize } from '../../base/bytes.ts'
import type { Duration } from '../../base/duration.ts'
import {
  LARGEST_JSON_DEPTH,
  MAX_JSON_DEPTH,
  MAX_JSON_MEMBERS,
} from '../../base/json/strict-json.ts'
import { choice, count, duration, size } from '../../contract/options/kinds.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import type { RateStore } from '../../contract/ports/rate-store.ts'
import type { RateFailure } from '../../engine/limits/rate-limits.ts'
import { type DeclaredRate, RATES, type RateOption } from '../../policy/rate/rate-option.ts'
import { RATE_STORE } from '../../policy/rate/read-rate-store.ts'
import type { RateHeaders } from '../../surfaces/http/response/rate-headers.ts'

/** `createApp({ limits: { background } })`: how much work goes on after answers (`call.background`). */
export interface BackgroundLimitOptions {
  /** Tasks that run at the same time; those of one call run one after another. Default 100. */
  readonly running?: number
  /** Tasks that wait for their turn, or for their call's answer; one more is refused. Default 10000. */
  readonly waiting?: number
}

/** `createApp({ limits })`: how much of anything one call may take. */
export interface LimitOptions {
  /** Largest request body. Default `2mb`. */
  readonly body?: ByteSize
  /** Most levels of arrays and objects in JSON, at most 128. Default 32 (HTTP-6). */
  readonly jsonDepth?: number
  /** Most members of one object in JSON. Default 1000 (HTTP-6). */
  readonly jsonMembers?: number
  /** Most fields and files of one form. Default 1000. */
  readonly formParts?: number
  /** Largest form field. Default `1mb`. */
  readonly formField?: ByteSize
  /** Largest uploaded file. Default `2mb`. */
  readonly file?: ByteSize
  /** Uploaded bytes that one call keeps in memory; files beyond it go to disk. Default `1mb`. */
  readonly spool?: ByteSize
  /** Requests answered at the same time; more are refused with 503. Default any number. */
  readonly inFlight?: number
  /**
   * Calls of actions that run at the same time, on all surfaces; more are refused with 503. 0 only
   * counts them, for `app.concurrency()`. Default any number, uncounted.
   */
  readonly concurrency?: number
  /** Longest time any call may take. Default none. */
  readonly timeout?: Duration
  /** Longest time that closing after a call may take, whatever its `timeout`. Default `10s`. */
  readonly close?: Duration
  /** Work that goes on after answers (`call.background`). */
  readonly background?: BackgroundLimitOptions
  /** Memory that the answers kept by `cache` of actions take, all together. Default `64mb`. */
  readonly cache?: ByteSize
  /**
   * How often each caller may call actions, all of them together, such as `'100/min'`; `per` names others than
   * callers. Default any number of times.
   */
  readonly rate?: RateOption
  /** Where calls are counted. Default: in the memory of this process. */
  readonly rateStore?: RateStore
  /** What becomes of calls while `rateStore` fails: `closed` refuses them with 503, `open` lets them through. Default `closed`. */
  readonly rateFailure?: RateFailure
  /** Headers that tell callers of rates: `standard`, `legacy` (`X-RateLimit-…`) or `none`. Default `standard`. */
  readonly rateHeaders?: RateHeaders
}

/** {@link LimitOptions} after reading: bytes and milliseconds. */
export type LimitValues = Values<
  LimitOptions,
  {
    readonly inFlight: number | null
    readonly concurrency: number | null
    readonly timeout: number | null
    readonly background: Values<BackgroundLimitOptions>
    readonly rate: readonly DeclaredRate[] | null
    readonly rateStore: RateStore | null
  }
>

/** The rows of {@link BackgroundLimitOptions}. */
export const BACKGROUND_LIMITS: OptionGroup<
  BackgroundLimitOptions,
  Values<BackgroundLimitOptions>
> = {
  name: 'limits.background',
  prefix: 'TREFOIL_LIMITS_BACKGROUND',
  rows: {
    running: {
      read: count(),
      default: 100,
      variable: true,
      doc: 'Tasks that run at the same time; those of one call run one after another.',
    },
    waiting: {
      read: count(),
      default: 10_000,
      variable: true,
      doc: 'Tasks that wait for their turn, or for the answer of their call; one more is refused with 503.',
    },
  },
}

/** The rows of {@link LimitOptions}. */
export const LIMITS: OptionGroup<LimitOptions, LimitValues> = {
  name: 'limits',
  prefix: 'TREFOIL_LIMITS',
  rows: {
    body: {
      read: size,
      default: '2mb',
      variable: true,
      doc: 'Largest request body, on every surface.',
    },
    jsonDepth: {
      read: count({ most: LARGEST_JSON_DEPTH }),
      default: MAX_JSON_DEPTH,
      variable: true,
      doc: 'Most levels of lists and objects in JSON, at most 128; on every surface, with the object of all arguments as the first.',
    },
    jsonMembers: {
      read: count(),
      default: MAX_JSON_MEMBERS,
      variable: true,
      doc: 'Most members of one object in JSON, on every surface.',
    },
    formParts: {
      read: count(),
      default: 1000,
      variable: true,
      doc: 'Most fields and files of one form.',
    },
    formField: { read: size, default: '1mb', variable: true, doc: 'Largest form field.' },
    file: { read: size, default: '2mb', variable: true, doc: 'Largest uploaded file.' },
    spool: {
      read: size,
      default: '1mb',
      variable: true,
      doc: 'Uploaded bytes that one call keeps in memory; files beyond it go to disk.',
    },
    inFlight: {
      read: count(),
      default: null,
      shown: 'any number',
      variable: true,
      doc: 'Requests answered at the same time; more are refused with 503.',
    },
    concurrency: {
      read: count({ least: 0 }),
      default: null,
      shown: 'any number',
      variable: true,
      doc: 'Calls of actions that run at the same time, on all surfaces; more are refused with 503, see [capacity](capacity.md). 0 only counts them.',
    },
    timeout: {
      read: duration,
      default: null,
      variable: true,
      doc: 'Longest time a call may take, from its receipt until its answer is made, see [time](lifecycle.md#time). Routes and groups can only shorten it.',
    },
    close: {
      read: duration,
      default: '10s',
      variable: true,
      doc: 'Longest time that closing after a call may take, whatever its `timeout`.',
    },
    background: {
      group: BACKGROUND_LIMITS,
      default: {},
      doc: 'Work that goes on after answers: [background work](background.md).',
    },
    cache: {
      read: size,
      default: '64mb',
      variable: true,
      doc: 'Memory that [kept answers](caching.md) take, all together.',
    },
    rate: {
      read: RATES,
      default: null,
      shown: 'any number of times',
      variable: true,
      doc: 'How often each caller may call actions, all of them together, such as `100/min`, see [rates](limits.md#rates).',
    },
    rateStore: {
      read: RATE_STORE,
      default: null,
      shown: 'the memory of this process',
      doc: 'Where calls are counted.',
    },
    rateFailure: {
      read: choice(['closed', 'open']),
      default: 'closed',
      variable: true,
      doc: 'What becomes of calls while `rateStore` fails: `closed` refuses them with 503, `open` lets them through.',
    },
    rateHeaders: {
      read: choice(['standard', 'legacy', 'none']),
      default: 'standard',
      variable: true,
      doc: 'Headers that tell callers of rates: `RateLimit` and `RateLimit-Policy`, `X-RateLimit-…`, or none.',
    },
  },
}
