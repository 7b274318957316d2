import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseActionArgs } from '../terminal/argv.ts'
import { readCallTokens } from './call-tokens.ts'

/** The tokens, or the reason. */
function read(...tokens: readonly string[]) {
  const result = readCallTokens(tokens)
  return result.ok ? result.value : result.error
}

describe('words after the action', () => {
  test('CLI-6: --name value, --name=value and bare flags', () => {
    expect(read('--order-id', 'a', '--note=b=c', '--empty=', '--urgent', '--count', '-5')).toEqual({
      dryRun: false,
      json: false,
      help: false,
      approval: undefined,
      argsJson: undefined,
      answers: undefined,
      requestState: undefined,
      given: [
        { form: 'flag', name: 'order-id', text: 'a' },
        { form: 'flag', name: 'note', text: 'b=c' },
        { form: 'flag', name: 'empty', text: '' },
        { form: 'flag', name: 'urgent', text: null },
        { form: 'flag', name: 'count', text: '-5' },
      ],
    })
  })

  test('flags of the program stand among them', () => {
    expect(read('--a', '1', '--dry-run', '--approval', '-t', '--json', '--b=2')).toMatchObject({
      dryRun: true,
      json: true,
      approval: '-t',
      given: [{ name: 'a' }, { name: 'b' }],
    })
    expect(read('--approval=--t', '--args-json', '-', '-h')).toMatchObject({
      approval: '--t',
      argsJson: '-',
      help: true,
    })
  })

  test('W-2: no abbreviation of a program flag is one', () => {
    for (const flag of ['--app', '--appro', '--approv', '--dry', '--js', '--he', '--args']) {
      expect(read(flag, 'foo')).toMatchObject({
        approval: undefined,
        dryRun: false,
        given: [{ form: 'flag', name: flag.slice(2), text: 'foo' }],
      })
    }
  })

  test('W-2: after -- and through --arg every name is an argument', () => {
    expect(read('--arg', 'approval=x', '--', '--dry-run', '--json=1', '--arg', 'y')).toMatchObject({
      dryRun: false,
      json: false,
      given: [
        { form: 'arg', name: 'approval=x', text: null },
        { form: 'plain', name: 'dry-run', text: null },
        { form: 'plain', name: 'json', text: '1' },
        { form: 'plain', name: 'arg', text: 'y' },
      ],
    })
  })

  test.each([
    [['stray'], /Unexpected argument "stray"/],
    [['--a', '1', 'stray'], /Unexpected argument "stray"/],
    [['-x'], /Unexpected argument "-x"/],
    [['--dry-run=false'], /--dry-run takes no value/],
    [['--dry-run', 'false'], /Unexpected argument "false"/],
    [['--approval'], /Missing value for --approval/],
    [['--approval', '--json'], /Missing value for --approval/],
    [['--approval', 'a', '--approval=b'], /--approval is given twice/],
    [['--=x'], /names no argument/],
    [['\u001b[31m'], /Unexpected argument "\\u001b\[31m"/],
  ])('CLI-6: %j is refused', (tokens, reason) => {
    expect(read(...tokens)).toMatch(reason)
  })

  test('CLI-6: a value that looks like a flag is not swallowed', () => {
    expect(read('--note', '--dry-run')).toMatchObject({
      dryRun: true,
      given: [{ name: 'note', text: null }],
    })
  })
})

describe('W-19: any text survives the way from the words to the argument', () => {
  const schema = { properties: { note: { type: 'string' }, dry_run: { type: 'string' } } }
  const bound = (...tokens: readonly string[]): unknown => {
    const result = readCallTokens(tokens)
    return result.ok ? parseActionArgs(result.value.given, schema) : result
  }

  test('as --name=value, --arg name=value and after --', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(bound(`--note=${text}`)).toEqual({ ok: true, value: { note: text } })
        expect(bound(`--arg=dry_run=${text}`)).toEqual({ ok: true, value: { dry_run: text } })
        expect(bound('--', `--dry-run=${text}`)).toEqual({ ok: true, value: { dry_run: text } })
      }),
    )
  })

  test('as --name value, unless it starts with --', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(!text.startsWith('--'))
        expect(bound('--note', text)).toEqual({ ok: true, value: { note: text } })
      }),
    )
  })
})
