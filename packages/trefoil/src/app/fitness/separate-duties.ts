import type { Catalogue } from '../../contract/call/catalogue.ts'
import { SURFACES } from '../../contract/call/surface-name.ts'
import type { AppConfig } from '../options/app-config.ts'

/** Approvals where one person may be two. */
export interface UnknownPersons {
  /** One sentence for the developer, without a full stop. */
  readonly message: string
}

/**
 * Where two authenticators let people in, one person may have a subject with each, and approve for
 * themselves (approvals.md §1). Only the app can tell who is who.
 */
export function unknownPersons(
  { actions }: Catalogue,
  { auth, personOf }: AppConfig,
): readonly UnknownPersons[] {
  if (personOf !== null) return []
  const entries = SURFACES.flatMap((surface) => auth[surface] ?? [])
  const ways = new Map(entries.map((entry) => [entry.authenticate, entry.name]))
  const asks = actions.some(({ approval }) => SURFACES.some((surface) => approval[surface]))
  if (ways.size < 2 || !asks) return []
  const names = [...ways.values()].map((name) => `'${name}'`).join(' and ')
  return [
    {
      message:
        `Nobody can tell whether two subjects of ${names} are one person who approves for themselves; ` +
        'say it in personOf: (auth) => …',
    },
  ]
}
