import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '../../contract/problems/problems.ts'
import type {
  ActionSuccess,
  DryRunReport,
  ManifestAction,
  ProblemEnvelope,
} from '../../contract/protocol/action-protocol.ts'
import {
  exitCodeOf,
  searchActions,
  showActions,
  showAnswer,
  showProblem,
  visibleBlock,
  visibleJson,
  visibleLine,
} from './print.ts'

const HUMAN = { json: false, terminal: true }
const PIPE = { json: false, terminal: false }
const JSON_VIEW = { json: true, terminal: false }
// Red text, a new window title, an 8-bit control sequence, a right-to-left override.
const HOSTILE = '\u001b[31mred\u001b]0;title\u0007\u009b2J\u202e\u2028'

function action(facts: Partial<ManifestAction> = {}): ManifestAction {
  return {
    name: 'get_order',
    title: null,
    description: 'Fetch one order.',
    method: 'GET',
    path: '/orders/{order_id}',
    needs_approval: false,
    input_schema: { type: 'object', properties: {} },
    output_schema: null,
    ...facts,
  }
}

function problem(code: string, more: Readonly<Record<string, unknown>> = {}): ProblemEnvelope {
  return { ok: false, status_code: 409, error: { code, message: 'Went wrong', fix: '', ...more } }
}

function body(value: unknown, status_code = 200): ActionSuccess {
  return { ok: true, status_code, body: value }
}

const REPORT: DryRunReport = {
  ok: true,
  dry_run: true,
  action: 'ship',
  source: 'cli',
  entrypoint: 'local',
  method: 'POST',
  path: '/orders/a%20b/ship',
  arguments_hash: 'sha256:00ff',
  needs_approval: true,
  approval_required: true,
  approval_token_provided: false,
  subject: 'ada',
}

/** True when nothing in the text can drive a terminal. */
function isInert(text: string): boolean {
  return !/(?![\n\t])[\p{Cc}\u2028-\u202e\u2066-\u2069]/u.test(text)
}

describe('terminal injection', () => {
  test('control characters become visible; text stays', () => {
    expect(visibleLine('a\u001b[31mb\nc\u007f')).toBe('a\\u001b[31mb\\u000ac\\u007f')
    expect(visibleBlock('a\r\n\tb\rc')).toBe('a\n\tb\\u000dc')
    expect(visibleLine('café 日本 𝄞 👩💻')).toBe('café 日本 𝄞 👩💻')
    // A joiner hides as well between letters as between the parts of a picture (FND-48).
    expect(visibleLine('👩\u200d💻')).toBe('👩\\u200d💻')
    expect(visibleLine('\ud800')).toBe('\\ud800')
    expect(isInert(visibleLine(HOSTILE))).toBe(true)
  })

  test('JSON stays the same JSON', () => {
    const text = visibleJson({ [HOSTILE]: HOSTILE })
    expect(isInert(text)).toBe(true)
    expect(JSON.parse(text)).toEqual({ [HOSTILE]: HOSTILE })
  })

  test('no text of a server reaches a terminal as it is', () => {
    const hostile = action({ name: HOSTILE, description: HOSTILE })
    const issues = [{ source: HOSTILE, name: HOSTILE, pointer: HOSTILE, message: HOSTILE }]
    const envelope = problem(HOSTILE, {
      message: HOSTILE,
      fix: HOSTILE,
      request_id: HOSTILE,
      issues,
      [HOSTILE]: HOSTILE,
      nested: { [HOSTILE]: HOSTILE },
    })
    const report = {
      ...REPORT,
      action: HOSTILE,
      method: HOSTILE,
      path: HOSTILE,
      arguments_hash: HOSTILE,
      subject: HOSTILE,
    }
    for (const view of [HUMAN, JSON_VIEW]) {
      for (const shown of [
        showActions([hostile], '', view),
        showProblem(envelope, view),
        showAnswer(body(HOSTILE), view),
        showAnswer(body({ [HOSTILE]: [HOSTILE] }), view),
        showAnswer(report, view),
      ]) {
        expect(isInert(shown.stdout + shown.stderr)).toBe(true)
      }
    }
  })

  test('no text of a server can pass for a line of the program', () => {
    const { stdout } = showActions([action({ description: 'one\nget_other\n  two' })], '', HUMAN)
    expect(stdout).toBe('get_order\n  one\n  get_other\n    two\n')
    const { stderr } = showProblem(problem('x', { message: 'a\nerror: b', fix: 'c\nd' }), HUMAN)
    expect(stderr).toBe('error: a\n  error: b\n  fix: c\n       d\n')
  })
})

describe('problems', () => {
  test('CLI-13: people read message, issues, details, fix and request id on stderr', () => {
    const envelope = problem('approval_required', {
      fix: 'Get approval.',
      request_id: 'abc',
      issues: [
        { source: 'argument', name: 'id', pointer: '', message: 'is missing' },
        { source: 'body', name: '', pointer: '/a/0', message: 'is not text' },
        { source: 'argument', name: 'to', pointer: '/to/zip', message: 'is missing' },
      ],
      action: 'ship',
      arguments_hash: 'sha256:00',
      tries: { left: 1 },
    })
    expect(showProblem(envelope, HUMAN)).toEqual({
      stdout: '',
      stderr:
        'error: Went wrong\n' +
        '  - id: is missing\n' +
        '  - body/a/0: is not text\n' +
        '  - to/zip: is missing\n' +
        '  action: ship\n' +
        '  arguments hash: sha256:00\n' +
        '  tries: {"left":1}\n' +
        '  fix: Get approval.\n' +
        '  request id: abc\n',
      exit: 75,
    })
  })

  test('W-21: programs read the envelope on stdout', () => {
    const envelope = problem('approval_denied')
    const shown = showProblem(envelope, JSON_VIEW)
    expect(JSON.parse(shown.stdout)).toEqual(envelope)
    expect(shown).toMatchObject({ stderr: '', exit: 1 })
    expect(shown.stdout.endsWith('\n')).toBe(true)
  })

  test('CLI-2: exit codes come from the problem table', () => {
    for (const [code, row] of Object.entries(PROBLEMS)) {
      expect(exitCodeOf(problem(code)), code).toBe(row.exit)
    }
    expect(exitCodeOf(problem('out_of_stock'))).toBe(1)
    expect(exitCodeOf(problem('constructor'))).toBe(1)
    expect(exitCodeOf(body(1))).toBe(0)
  })
})

describe('answers', () => {
  test.each([
    [body('text'), 'text\n'],
    [body('line\n'), 'line\n'],
    [body(''), 'status: 200\n'],
    [body(null, 204), 'status: 204\n'],
    [body({ a: [1] }), '{\n  "a": [\n    1\n  ]\n}\n'],
    [body(false), 'false\n'],
    [body(0), '0\n'],
  ])('CLI-11: a body is printed bare (%#)', (answer, text) => {
    expect(showAnswer(answer, HUMAN)).toEqual({ stdout: text, stderr: '', exit: 0 })
  })

  test('CLI-11: text goes unchanged into a pipe; --json gives the whole envelope', () => {
    expect(showAnswer(body(HOSTILE), PIPE).stdout).toBe(`${HOSTILE}\n`)
    expect(JSON.parse(showAnswer(body('a'), JSON_VIEW).stdout)).toEqual(body('a'))
  })

  test('RPC-6, CLI-20: a failure in the words of the action is its answer, and exits with 1', () => {
    const failure = { ok: false, status_code: 404, body: { why: 'gone' } } as const
    const people = { json: false, terminal: true }
    expect(showAnswer(failure, people)).toEqual({
      stdout: '{\n  "why": "gone"\n}\n',
      stderr: 'error: The action answered with status 404\n',
      exit: 1,
    })
    expect(showAnswer(failure, { json: true, terminal: false })).toEqual({
      stdout: '{"ok":false,"status_code":404,"body":{"why":"gone"}}\n',
      stderr: '',
      exit: 1,
    })
  })

  test('CLI-12: a dry run', () => {
    expect(showAnswer(REPORT, HUMAN).stdout).toBe(
      'Dry run OK: ship\n' +
        '  POST /orders/a%20b/ship\n' +
        '  arguments hash: sha256:00ff\n' +
        '  caller: ada\n' +
        '  protected action: yes\n' +
        '  approval token: missing\n',
    )
    const given = { ...REPORT, approval_token_provided: true, path: null, subject: null }
    expect(showAnswer(given, HUMAN).stdout).toMatch(
      /^Dry run OK: ship\n {2}arguments hash.*\n.*\n {2}approval token: provided\n$/,
    )
    const free = { ...REPORT, needs_approval: false }
    expect(showAnswer(free, HUMAN).stdout).toContain('approval token: not required')
    expect(JSON.parse(showAnswer(REPORT, JSON_VIEW).stdout)).toEqual(REPORT)
  })
})

describe('lists', () => {
  test('CLI-8: name and description; an empty list says so', () => {
    expect(showActions([action()], 'None.', HUMAN).stdout).toBe('get_order\n  Fetch one order.\n')
    expect(showActions([], 'None.', HUMAN).stdout).toBe('None.\n')
    expect(JSON.parse(showActions([], 'None.', JSON_VIEW).stdout)).toEqual({ actions: [] })
    expect(JSON.parse(showActions([action()], '', JSON_VIEW).stdout)).toEqual({
      actions: [{ name: 'get_order', description: 'Fetch one order.' }],
    })
  })

  test.each([
    ['ORDER', 2],
    ['fetch', 1],
    ['post', 1],
    ['/ship', 1],
    ['  ', 2],
    ['nothing', 0],
  ])('CLI-8: search for %j finds %i', (query, count) => {
    const ship = action({ name: 'ship', description: 'Send.', method: 'POST', path: '/order/ship' })
    expect(searchActions([action(), ship], query)).toHaveLength(count)
  })
})
