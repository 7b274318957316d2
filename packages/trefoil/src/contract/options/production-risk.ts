/** Something that makes an app unfit for production. */
export interface ProductionRisk {
  /** Stable, snake_case; never reused for something else. */
  readonly code: string
  /** One sentence for the developer, without a full stop. */
  readonly message: string
}

/**
 * What is handed to an app (an authenticator, a dependency) and knows that it is unfit for
 * production says so here, and `validateProduction()` lists it.
 */
export interface DeclaresRisks {
  readonly '~risks'?: readonly ProductionRisk[]
}

/** Risks that a value declares; none for most. */
export function risksOf(value: unknown): readonly ProductionRisk[] {
  const holds = (typeof value === 'object' && value !== null) || typeof value === 'function'
  if (!holds || !('~risks' in value)) return []
  const { '~risks': risks } = value as DeclaresRisks
  return risks ?? []
}
