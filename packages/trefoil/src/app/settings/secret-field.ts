import { Secret } from '../../base/secret.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { checkFlag } from '../../contract/options/option-values.ts'
import type { Schema, SchemaResult } from '../../contract/params/schema.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

/** Options of {@link secret}. */
export interface SecretOptions {
  /** Fewest bytes that it has, as UTF-8. Default 16; keys of `jwtAuth` need 32. */
  readonly minBytes?: number
  /** True where the app starts without it; then the value is `undefined`. Default false. */
  readonly optional?: boolean
}

type Missing<O> = O extends { readonly optional: true } ? undefined : never

const OPTIONS: OptionNames<SecretOptions> = { minBytes: true, optional: true }
const MIN_BYTES = 16

const made = new WeakSet<object>()

/** True for what {@link secret} made. */
export function isSecretField(value: unknown): boolean {
  return typeof value === 'object' && value !== null && made.has(value)
}

/**
 * A field of `defineSettings()` that holds a secret: its value is a {@link Secret}, which prints as
 * `[secret]`. No message says what is in it. The variable may name a file instead: `HR_KEY_FILE` for
 * `HR_KEY`.
 *
 * @throws ImproperlyConfigured for an option that is wrong
 */
export function secret<const O extends SecretOptions = Record<never, never>>(
  options?: O,
): Schema<string | Missing<O>, Secret | Missing<O>> {
  const given: SecretOptions = options ?? {}
  checkOptionNames('secret()', given, OPTIONS)
  const { minBytes = MIN_BYTES, optional = false } = given
  if (!Number.isSafeInteger(minBytes) || minBytes < 1) {
    throw new ImproperlyConfigured('secret(): minBytes must be a whole number, 1 or more')
  }
  checkFlag('secret(): optional', optional)
  const validate = (value: unknown): SchemaResult => {
    if (value === undefined && optional) return { value }
    if (typeof value !== 'string') return refused('Expected text')
    // What a decoder puts for bytes that are no text: of a random key, the same for every other byte.
    if (!value.isWellFormed() || value.includes('\ufffd'))
      return refused('a secret is text in UTF-8')
    const { length } = new TextEncoder().encode(value)
    // How long it is tells whoever reads the log nothing that the rule does not.
    return length < minBytes
      ? refused(
          `a secret here has at least ${minBytes} bytes; make one with: openssl rand -base64 48`,
        )
      : { value: new Secret(value) }
  }
  const field = Object.freeze({
    '~standard': Object.freeze({ version: 1 as const, vendor: 'trefoil', validate }),
  })
  made.add(field)
  // `validate` gives a Secret, or `undefined` where that is allowed.
  return field as Schema<string | Missing<O>, Secret | Missing<O>>
}

function refused(message: string): SchemaResult {
  return { issues: [{ message }] }
}
