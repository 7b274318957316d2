import { failure, type Result, success } from '../../base/result.ts'
import { type GivenArgument, missingValue, quoted, RESERVED_FLAGS } from '../terminal/argv.ts'

/** What stands after the action's name. */
export interface CallTokens {
  readonly dryRun: boolean
  readonly json: boolean
  readonly help: boolean
  readonly approval: string | undefined
  /** Text of `--args-json`; `-` means standard input. */
  readonly argsJson: string | undefined
  /** Text of `--answers`: JSON. */
  readonly answers: string | undefined
  readonly requestState: string | undefined
  readonly given: readonly GivenArgument[]
}

/**
 * Sorts the words after an action's name into flags of the program and arguments. Flags match
 * exactly: an abbreviation of `--approval` would swallow an argument and submit its value as
 * an approval token (W-2).
 *
 * @returns the reason in words a user can act on when the words make no sense
 */
export function readCallTokens(tokens: readonly string[]): Result<CallTokens, string> {
  const switches = new Set<string>()
  const values = new Map<string, string>()
  const given: GivenArgument[] = []
  let plain = false
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] ?? ''
    if (token === '--' && !plain) {
      plain = true
      continue
    }
    if (token === '-h' && !plain) {
      switches.add('help')
      continue
    }
    if (!token.startsWith('--')) {
      return failure(`Unexpected argument ${quoted(token)}: arguments are given as --name value`)
    }
    const equals = token.indexOf('=')
    const name = equals < 0 ? token.slice(2) : token.slice(2, equals)
    if (name === '') return failure(`${quoted(token)} names no argument`)
    let text = equals < 0 ? null : token.slice(equals + 1)
    const isSwitch = !plain && SWITCHES.has(name)
    const next = tokens[index + 1]
    if (text === null && !isSwitch && next !== undefined && !next.startsWith('--')) {
      text = next
      index++
    }
    if (plain || !RESERVED_FLAGS.has(name)) {
      given.push({ form: plain ? 'plain' : 'flag', name, text })
      continue
    }
    if (isSwitch) {
      if (text !== null) return failure(`--${name} takes no value`)
      switches.add(name)
      continue
    }
    if (text === null) return failure(missingValue(`--${name}`))
    if (name === 'arg') given.push({ form: 'arg', name: text, text: null })
    else if (values.has(name)) return failure(`--${name} is given twice`)
    else values.set(name, text)
  }
  return success({
    dryRun: switches.has('dry-run'),
    json: switches.has('json'),
    help: switches.has('help'),
    approval: values.get('approval'),
    argsJson: values.get('args-json'),
    answers: values.get('answers'),
    requestState: values.get('request-state'),
    given,
  })
}

const SWITCHES: ReadonlySet<string> = new Set(['dry-run', 'json', 'help'])
