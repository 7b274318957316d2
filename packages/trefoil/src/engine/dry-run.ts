import { Problem } from '../contract/problem.ts'

/**
 * Ends a call early without being a failure: everything was checked, nothing was run. It
 * travels like a refusal, so no later stage can start by accident.
 */
export class DryRun extends Problem {
  override readonly name = 'DryRun'

  constructor() {
    super('http_error', { detail: 'Dry run' })
  }
}
