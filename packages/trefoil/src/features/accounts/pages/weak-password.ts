import type { Problem } from '../../../index.ts'
import type { PageTextName } from './texts/en.ts'

const REASON = /^([a-z_]+)(?:\((\d+)\))?$/
const REASONS: Readonly<Record<string, PageTextName>> = {
  min_length: 'p_weak_min_length',
  missing_upper: 'p_weak_missing_upper',
  missing_lower: 'p_weak_missing_lower',
  missing_digit: 'p_weak_missing_digit',
  missing_symbol: 'p_weak_missing_symbol',
  common_password: 'p_weak_common_password',
  breached_password: 'p_weak_breached_password',
  repetitive_password: 'p_weak_repetitive_password',
  contains_context: 'p_weak_contains_context',
  max_bytes: 'p_weak_max_bytes',
  malformed_text: 'p_weak_malformed_text',
}

/** All that is wrong with a password, in words; what nobody has words for is left out. */
export function weakPasswordText(
  { details }: Problem,
  say: (name: PageTextName, values?: Readonly<Record<string, string>>) => string,
): string {
  const given: unknown = details?.['reasons']
  const reasons: readonly unknown[] = Array.isArray(given) ? given : []
  const said = reasons.flatMap((reason) => {
    const [, name = '', count = ''] = REASON.exec(String(reason)) ?? []
    const text = Object.hasOwn(REASONS, name) ? REASONS[name] : undefined
    return text === undefined ? [] : [say(text, { count })]
  })
  return [say('p_weak'), ...said].join(' ')
}
