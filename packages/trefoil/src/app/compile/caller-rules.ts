import type { AuthEntry } from '../../contract/auth/authenticator.ts'
import { type CallerRule, isKeyHeader, type Unshown } from '../../policy/caller-rule.ts'

/** The name that keys have where nothing else is said. */
const COMMON_KEY = 'x-api-key'

/**
 * What a surface tells callers apart by.
 *
 * @param entry its authenticator; `undefined` for none
 */
export function callerRule(entry: AuthEntry | undefined): CallerRule {
  const keyHeaders = new Set([COMMON_KEY])
  let unshown: Unshown = 'everybody'
  if (entry !== undefined) {
    unshown = entry.ambient ? 'somebody' : 'nobody'
    for (const scheme of entry.schemes) {
      // A browser shows it by itself, whoever wrote the page.
      if (scheme.type === 'mutualTLS') unshown = 'somebody'
      if (scheme.type !== 'apiKey' || scheme.in !== 'header') continue
      const name = scheme.name.toLowerCase()
      if (isKeyHeader(name)) keyHeaders.add(name)
      // Every request has it, so its absence says nothing, and its presence less.
      else if (name !== 'authorization' && name !== 'cookie') unshown = 'somebody'
    }
  }
  return Object.freeze({ keyHeaders: Object.freeze([...keyHeaders]), unshown })
}

/** The rule for an action that signs somebody in: who is not known before may be somebody's visitor (login CSRF). */
export function strictRule(rule: CallerRule): CallerRule {
  return Object.freeze({ ...rule, unshown: 'somebody' })
}

/** The rule for an action that is open to everybody where its surface is not: nobody is asked. */
export function publicRule(surface: CallerRule): CallerRule {
  return surface.unshown === 'everybody'
    ? surface
    : Object.freeze({ ...surface, unshown: 'nobody' })
}
