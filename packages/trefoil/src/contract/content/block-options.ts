import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import { checkList, checkRecord, shownValue } from '../options/option-values.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { readMeta } from './meta.ts'

/** Whom a block is for, and how much it matters. Hints: a host may go by them or not. */
export interface ContentAnnotations {
  /** Who it is meant for. Default: nothing is said. */
  readonly audience?: readonly ('user' | 'assistant')[]
  /** From 0, for what may be left out, to 1, for what must be read. */
  readonly priority?: number
  /** When what it shows last changed: a date, or its ISO 8601 text. */
  readonly lastModified?: Date | string
}

/** What may be said of every block. */
export interface ContentOptions {
  readonly annotations?: ContentAnnotations
  /**
   * `_meta` of the block, for the program around the model: JSON. Unlike `meta` of `reply()` it is sent. A name
   * may have a prefix (`example.com/size`); those of MCP itself are refused.
   */
  readonly meta?: Readonly<Record<string, unknown>>
}

export const CONTENT_OPTIONS: OptionNames<ContentOptions> = { annotations: true, meta: true }
const ANNOTATIONS: OptionNames<ContentAnnotations> = {
  audience: true,
  priority: true,
  lastModified: true,
}

/**
 * The members of a block that every kind has, copied.
 *
 * @throws ImproperlyConfigured for what is none
 */
export function readContentOptions(
  where: string,
  { annotations, meta }: ContentOptions,
): Readonly<Record<string, unknown>> {
  return {
    ...(annotations !== undefined && { annotations: readAnnotations(where, annotations) }),
    ...(meta !== undefined && { _meta: readMeta(where, meta) }),
  }
}

function readAnnotations(where: string, given: ContentAnnotations): object {
  const label = `${where}: annotations`
  checkRecord(label, given)
  checkOptionNames(label, given, ANNOTATIONS)
  const { audience, priority, lastModified } = given
  const isReader = (entry: unknown) => entry === 'user' || entry === 'assistant'
  checkList(`${label}.audience`, audience, "'user' and 'assistant'", isReader)
  if (priority !== undefined && !(typeof priority === 'number' && priority >= 0 && priority <= 1)) {
    throw new ImproperlyConfigured(
      `${label}.priority must be a number from 0 to 1, got ${shownValue(priority)}`,
    )
  }
  return {
    ...(audience !== undefined && { audience: [...audience] }),
    ...(priority !== undefined && { priority }),
    ...(lastModified !== undefined && { lastModified: readTime(label, lastModified) }),
  }
}

/** RFC 3339, which is what ISO 8601 means on the wire. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/

function readTime(label: string, given: unknown): string {
  if (given instanceof Date && !Number.isNaN(given.getTime())) return given.toISOString()
  if (typeof given === 'string' && TIME.test(given) && !Number.isNaN(Date.parse(given))) {
    return given
  }
  throw new ImproperlyConfigured(
    `${label}.lastModified must be a date or its ISO 8601 text, such as 2026-07-28T12:00:00Z`,
  )
}
