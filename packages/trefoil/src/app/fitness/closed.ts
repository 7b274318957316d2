import type { Action } from '../../contract/call/action.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { AppConfig } from '../options/app-config.ts'

/** What of the configuration says who may come in. */
type Closing = Pick<AppConfig, 'requireAuth' | 'publicActions' | 'publicSurfaces' | 'guards'>

/**
 * Stops an app that is more open than its options say: with `requireAuth`, every action that somebody can
 * call whom nobody knows, and that nobody named (PW-39, P-REQ-1); and guards of the whole app where
 * nobody is ever authenticated (PW-04).
 *
 * @throws ImproperlyConfigured with everything that is open, and what to write
 */
export function checkClosed(catalogue: Catalogue, config: Closing): void {
  const mistakes = [...unguardable(catalogue, config), ...unnamed(catalogue, config)]
  if (mistakes.length === 1) throw new ImproperlyConfigured(mistakes[0])
  if (mistakes.length > 1) {
    const lines = mistakes.map((text) => `- ${text}`)
    throw new ImproperlyConfigured(['The app cannot start:', ...lines].join('\n'))
  }
}

function allOf({ actions, endpoints }: Catalogue): readonly Action[] {
  return [...actions, ...endpoints]
}

function unguardable(catalogue: Catalogue, { guards }: Closing): string[] {
  if (guards.length === 0) return []
  return SURFACES.filter((surface) => !catalogue.covered[surface]).flatMap((surface) => {
    const names = namesOf(
      allOf(catalogue).filter(
        ({ exposed, public: isPublic }) => exposed[surface] && !isPublic[surface],
      ),
    )
    if (names === null) return []
    return [
      `createApp() has guards but callers on '${surface}' are never authenticated: no AuthConfig covers it. ` +
        `Cover it, or mark as public: ${names}`,
    ]
  })
}

function unnamed(catalogue: Catalogue, config: Closing): string[] {
  const { requireAuth, publicActions } = config
  if (!requireAuth) {
    // Read by nobody, it would be taken for a list of all that is open.
    return publicActions.length === 0
      ? []
      : ['publicActions is for requireAuth: true, without which any action may be public']
  }
  const named = new Set(publicActions)
  return [
    ...stale(catalogue, named),
    ...SURFACES.flatMap((surface) => openSurface(catalogue, config, named, surface)),
    ...openActions(catalogue, config, named),
  ]
}

/** A name left in the list would open whatever is called so next. */
function stale(catalogue: Catalogue, named: ReadonlySet<string>): string[] {
  const open = new Set(
    allOf(catalogue)
      .filter((action) => SURFACES.some((surface) => action.public[surface]))
      .map(({ name }) => name),
  )
  return [...named]
    .filter((name) => !open.has(name))
    .map((name) => `publicActions names '${name}', which is no action that is public; take it out`)
}

function openSurface(
  catalogue: Catalogue,
  { publicSurfaces }: Closing,
  named: ReadonlySet<string>,
  surface: SurfaceName,
): string[] {
  if (catalogue.covered[surface] || publicSurfaces.has(surface)) return []
  const names = namesOf(
    allOf(catalogue).filter(
      ({ name, exposed, public: isPublic }) =>
        exposed[surface] && !(isPublic[surface] && named.has(name)),
    ),
  )
  if (names === null) return []
  return [
    `requireAuth: no AuthConfig covers the '${surface}' surface, so anybody can call ${names}. ` +
      `Cover it in auth, or list it in publicSurfaces`,
  ]
}

function openActions(
  catalogue: Catalogue,
  { publicSurfaces }: Closing,
  named: ReadonlySet<string>,
): string[] {
  return allOf(catalogue).flatMap((action) => {
    // What is wrong with surfaces that nobody covers has been said.
    const surfaces = SURFACES.filter(
      (surface) =>
        action.public[surface] && catalogue.covered[surface] && !publicSurfaces.has(surface),
    )
    if (named.has(action.name) || surfaces.length === 0) return []
    return [
      `requireAuth: '${action.name}' is public on ${surfaces.map((name) => `'${name}'`).join(', ')}, so anybody can call it. ` +
        `Take public away, or name it: publicActions: ['${action.name}']`,
    ]
  })
}

function namesOf(actions: readonly Action[]): string | null {
  if (actions.length === 0) return null
  return actions
    .map(({ name }) => `'${name}'`)
    .sort()
    .join(', ')
}
