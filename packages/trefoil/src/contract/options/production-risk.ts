import { isRecord } from '../../base/plain/is-record.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'

/** Something that makes an app unfit for production. */
export interface ProductionRisk {
  /** Stable, snake_case; never reused for something else. */
  readonly code: string
  /** One sentence for the developer, without a full stop. */
  readonly message: string
}

const NO_RISKS: readonly ProductionRisk[] = Object.freeze([])

/**
 * Reads what a part of an app says of itself: a frozen copy.
 *
 * @param where what says it, for messages
 * @throws ImproperlyConfigured for what `validateProduction()` could not print
 */
export function readRisks(where: string, value: unknown): readonly ProductionRisk[] {
  if (value === undefined) return NO_RISKS
  const mistake = () =>
    new ImproperlyConfigured(`${where} must be a list of { code, message }, both non-empty text`)
  if (!Array.isArray(value)) throw mistake()
  return Object.freeze(
    [...value].map((risk: unknown) => {
      if (!isRecord(risk)) throw mistake()
      const { code, message } = risk
      if (typeof code !== 'string' || code === '') throw mistake()
      if (typeof message !== 'string' || message === '') throw mistake()
      return Object.freeze({ code, message })
    }),
  )
}
