import { parseStrictJson, type StrictJsonLimits } from '../../base/json/strict-json.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { refuseJson } from '../../contract/problems/json-problem.ts'
import { refuse } from '../../contract/problems/problem.ts'
import { problemRow } from '../../contract/problems/problems.ts'

/**
 * The object that a flag holds as JSON.
 *
 * @throws Problem `invalid_arguments`, `invalid_answers`
 */
export function objectOf(
  flag: '--args-json' | '--answers',
  text: string,
  limits: StrictJsonLimits,
): Readonly<Record<string, unknown>> {
  const code = flag === '--answers' ? 'invalid_answers' : 'invalid_arguments'
  const json = parseStrictJson(text, limits)
  if (!json.ok) {
    const { detail, fix, issues } = refuseJson(json)
    const said = detail.slice(problemRow('invalid_json').text.length)
    throw refuse(code, { detail: `${flag}${said}`, fix, issues })
  }
  if (!isRecord(json.value)) throw refuse(code, { detail: `${flag} must be a JSON object` })
  return json.value
}
