import type { Environment } from '../contract/options/environment.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { type KeyRing, keyRing } from './key-ring.ts'

/** The secret that signs. */
export const SECRET_VARIABLE = 'TREFOIL_AUTH_JWT__SECRET'
/** Secrets that still verify: commas between them, or a list in JSON, for those that have commas. */
export const OLD_SECRETS_VARIABLE = 'TREFOIL_AUTH_JWT__OLD_SECRETS'

/**
 * The key ring that the environment holds. White space round a secret is no part of it.
 *
 * @param needed who needs it, and what else would do
 * @throws ImproperlyConfigured naming the variable, never what is in it
 */
export function ringOfVariables(env: Environment, needed: string): KeyRing {
  const secret = env[SECRET_VARIABLE]?.trim() ?? ''
  if (secret === '') {
    throw new ImproperlyConfigured(`${needed}, or set ${SECRET_VARIABLE}`)
  }
  return keyRing(secret, oldSecrets(env[OLD_SECRETS_VARIABLE]?.trim() ?? ''))
}

function oldSecrets(text: string): readonly string[] {
  if (!text.startsWith('[')) {
    return text
      .split(',')
      .map((secret) => secret.trim())
      .filter((secret) => secret !== '')
  }
  let list: unknown
  try {
    list = JSON.parse(text)
  } catch {
    list = null
  }
  if (
    !Array.isArray(list) ||
    !list.every((secret) => typeof secret === 'string' && secret !== '')
  ) {
    throw new ImproperlyConfigured(
      `${OLD_SECRETS_VARIABLE} must be secrets with commas between them, or a list of text in JSON`,
    )
  }
  return list
}
