import type { Catalogue } from '../../contract/call/catalogue.ts'
import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import type { AppConfig } from '../options/app-config.ts'

/** Something a developer should know about how open the app is. */
export interface Exposure {
  readonly surface: SurfaceName
  readonly message: string
}

/** What start-up says out loud: who can call what without being known (AUTH-12, W-11). */
export function describeExposure(catalogue: Catalogue, config: AppConfig): readonly Exposure[] {
  return SURFACES.flatMap((surface) => [
    ...uncovered(catalogue, config, surface),
    ...publicOnes(catalogue, config, surface),
    ...unapproved(catalogue, surface),
  ])
}

function uncovered(
  { actions, endpoints, covered }: Catalogue,
  config: AppConfig,
  surface: SurfaceName,
): Exposure[] {
  if (covered[surface] || config.publicSurfaces.has(surface)) return []
  const names = [...actions, ...endpoints]
    .filter((action) => action.exposed[surface])
    .map(({ name }) => name)
  if (names.length === 0) return []
  const list = names.sort().join(', ')
  const message = `No AuthConfig covers the '${surface}' surface; exposed routes are public: ${list}`
  return [{ surface, message }]
}

function publicOnes(
  { actions, covered }: Catalogue,
  { publicActions }: AppConfig,
  surface: SurfaceName,
): Exposure[] {
  // On HTTP a public health check is ordinary; on agent surfaces it is worth a line.
  if (surface === 'api' || !covered[surface]) return []
  const names = actions
    .filter((action) => action.public[surface])
    .map(({ name }) => name)
    // Whoever named it knows.
    .filter((name) => !publicActions.includes(name))
  if (names.length === 0) return []
  const message = `Routes public on '${surface}' (callable without authentication): ${names.sort().join(', ')}`
  return [{ surface, message }]
}

/** Approval that an anonymous HTTP caller can walk around protects nothing. */
function unapproved({ actions, covered }: Catalogue, surface: SurfaceName): Exposure[] {
  if (surface !== 'api') return []
  const names = actions
    .filter(
      ({ approval, exposed }) => exposed.api && !approval.api && (approval.mcp || approval.cli),
    )
    .filter((action) => !covered.api || action.public.api)
    .map(({ name }) => name)
  if (names.length === 0) return []
  const message = `Actions that need approval can be called over HTTP without it, and without authentication: ${names.sort().join(', ')}`
  return [{ surface, message }]
}
