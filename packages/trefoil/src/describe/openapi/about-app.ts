import type { SecurityScheme } from '../../contract/auth/security-scheme.ts'

/** What an app says about itself beyond its actions. */
export interface AboutApp {
  /** Ways in to the surface that is described; default: bearer tokens. */
  readonly schemes?: readonly SecurityScheme[]
  /** What tags are about, in the order to show them. */
  readonly tags?: ReadonlyMap<string, string>
  /** Path that the app is mounted under, in front of every path of its own. Default none. */
  readonly mountPath?: string
}
