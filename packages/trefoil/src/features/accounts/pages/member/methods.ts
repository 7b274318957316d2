import type { PageView } from '../../../../pages.ts'
import type { PageContext } from '../page-row.ts'
import type { PageTextName } from '../texts/en.ts'

/** Of RFC 8176, and our own. */
const METHODS: Readonly<Record<string, PageTextName>> = {
  pwd: 'method_pwd',
  mail: 'method_mail',
  otp: 'method_otp',
  totp: 'method_totp',
  recovery: 'method_recovery',
  passkey: 'method_passkey',
  federated: 'method_provider',
  email: 'method_mail_code',
}

/** How somebody signed in, in words; what nobody has words for is shown as it is. */
export function methodsIn(
  methods: readonly string[],
  say: PageContext['say'],
  { language }: Pick<PageView, 'language'>,
): string {
  const names = methods.map((one) => {
    const text = Object.hasOwn(METHODS, one) ? METHODS[one] : undefined
    return text === undefined ? one : say(text)
  })
  return new Intl.ListFormat(language).format(new Set(names))
}
