import type { PageTextName } from '../texts/en.ts'
import type { Words } from '../words.ts'

/** Of RFC 8176, and our own. */
const METHODS: Readonly<Record<string, PageTextName>> = {
  pwd: 'method_pwd',
  mail: 'method_mail',
  otp: 'method_otp',
  totp: 'method_totp',
  recovery: 'method_recovery',
  hwk: 'method_passkey',
  swk: 'method_passkey',
  passkey: 'method_passkey',
  provider: 'method_provider',
}

/** How somebody signed in, in words; what nobody has words for is shown as it is. */
export function methodsIn(methods: readonly string[], words: Words): string {
  const names = methods.map((one) => {
    const text = Object.hasOwn(METHODS, one) ? METHODS[one] : undefined
    return text === undefined ? one : words.say(text)
  })
  return new Intl.ListFormat(words.language).format(new Set(names))
}
