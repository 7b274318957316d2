import { escapeUnseen } from '../../base/unseen-text.ts'
import type { Issue } from '../../contract/problems/problem.ts'
import { isProblemCode, problemRow } from '../../contract/problems/problems.ts'
import type {
  ActionAnswer,
  ActionReply,
  DryRunReport,
  ManifestAction,
  ProblemEnvelope,
} from '../../contract/protocol/action-protocol.ts'

/** What one command leaves behind: texts to write as they are, and the exit code. */
export interface Screen {
  readonly stdout: string
  readonly stderr: string
  readonly exit: number
}

/** How to show it. */
export interface View {
  /** One JSON document on standard output, whatever happened (W-21). */
  readonly json: boolean
  /** True when standard output is a terminal. */
  readonly terminal: boolean
}

/**
 * Makes every character visible that a terminal obeys or does not show: a remote's description may
 * hold such characters, and an agent or a person would then approve something else than what is
 * really there.
 *
 * @param text from a server or a file
 * @returns one line; escapes look like `\u001b`
 */
export function visibleLine(text: string): string {
  return escapeUnseen(text)
}

/** As {@link visibleLine}, but line ends and tabs stay. */
export function visibleBlock(text: string): string {
  return escapeUnseen(text.replaceAll('\r\n', '\n'), '\n\t')
}

/** JSON text safe to show on a terminal: outside JSON's own escapes nothing is unsafe. */
export function visibleJson(value: unknown, indent?: number): string {
  // `stringify` answers undefined for what JSON cannot say, such as a function.
  const text: string | undefined = JSON.stringify(value, null, indent)
  return visibleBlock(text ?? 'null')
}

/** A screen that succeeded. */
export function screen(stdout: string): Screen {
  return { stdout, stderr: '', exit: 0 }
}

/** A screen with one JSON document on one line. */
export function jsonScreen(document: unknown, exit = 0): Screen {
  return { stdout: `${visibleJson(document)}\n`, stderr: '', exit }
}

/** Exit code of an answer: 0, that of the row of the problem table, or what a code of the app's own has; else 1. */
export function exitCodeOf(answer: ActionAnswer): number {
  if (answer.ok) return 0
  if (answer.error === undefined) return 1
  const { code } = answer.error
  return isProblemCode(code) ? problemRow(code).exit : (answer.exit_code ?? 1)
}

/** A problem: on standard error for people, as the document for programs (CLI-13, W-21). */
export function showProblem(envelope: ProblemEnvelope, view: View): Screen {
  const exit = exitCodeOf(envelope)
  if (view.json) return jsonScreen(envelope, exit)
  const {
    code: _code,
    message,
    fix,
    request_id,
    trace_id,
    issues = [],
    ...details
  } = envelope.error
  const lines = [`error: ${indentRest(message, '  ')}`]
  for (const issue of issues) lines.push(`  - ${visibleLine(issueText(issue))}`)
  for (const [name, value] of Object.entries(details)) {
    lines.push(`  ${visibleLine(name.replaceAll('_', ' '))}: ${detailText(value)}`)
  }
  if (fix !== '') lines.push(`  fix: ${indentRest(fix, '       ')}`)
  if (request_id !== undefined) lines.push(`  request id: ${visibleLine(request_id)}`)
  if (trace_id !== undefined) lines.push(`  trace id: ${visibleLine(trace_id)}`)
  return { stdout: '', stderr: `${lines.join('\n')}\n`, exit }
}

function issueText({ source, name, pointer, message }: Issue): string {
  if (name === '') return `${source}${pointer}: ${message}`
  // A pointer into a whole document begins with the argument's own name.
  const own = `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
  const isOwn = pointer === own || pointer.startsWith(`${own}/`)
  return `${name}${isOwn ? pointer.slice(own.length) : pointer}: ${message}`
}

function detailText(value: unknown): string {
  return typeof value === 'string' ? visibleLine(value) : visibleJson(value)
}

/** Lines after the first are indented, so that no text can pass for a line of the program. */
function indentRest(text: string, indent: string): string {
  return visibleBlock(text).replaceAll('\n', `\n${indent}`)
}

/** The result of a call, a dry run, or why there was none (CLI-11, CLI-12). */
export function showAnswer(answer: ActionAnswer, view: View): Screen {
  if ('error' in answer && answer.error !== undefined) return showProblem(answer, view)
  const exit = exitCodeOf(answer)
  if (view.json) return jsonScreen(answer, exit)
  if ('dry_run' in answer) return screen(dryRunText(answer))
  const stderr = answer.ok ? '' : `error: The action answered with status ${answer.status_code}\n`
  return { stdout: bodyText(answer, view), stderr, exit }
}

function bodyText({ body, status_code }: ActionReply, view: View): string {
  if (body === null || body === '') return `status: ${status_code}\n`
  if (typeof body !== 'string') return `${indentedJson(body)}\n`
  // Into a file or another program the text goes as it is; only a terminal obeys escapes.
  const text = view.terminal ? visibleBlock(body) : body
  return text.endsWith('\n') ? text : `${text}\n`
}

/** Characters of JSON that are shown with an indent: deep and long, it is a hundred times the text. */
const MAX_INDENTED = 1024 * 1024

function indentedJson(value: unknown): string {
  const text = visibleJson(value)
  return text.length > MAX_INDENTED ? text : visibleJson(value, 2)
}

function dryRunText(report: DryRunReport): string {
  const lines = [`Dry run OK: ${visibleLine(report.action)}`]
  if (report.method !== null && report.path !== null) {
    lines.push(`  ${visibleLine(`${report.method} ${report.path}`)}`)
  }
  lines.push(`  arguments hash: ${visibleLine(report.arguments_hash)}`)
  if (report.subject !== null) lines.push(`  caller: ${visibleLine(report.subject)}`)
  lines.push(`  protected action: ${report.needs_approval ? 'yes' : 'no'}`)
  lines.push(`  approval token: ${tokenState(report)}`)
  return `${lines.join('\n')}\n`
}

function tokenState(report: DryRunReport): string {
  if (!report.needs_approval) return 'not required'
  return report.approval_token_provided ? 'provided' : 'missing'
}

/** Actions by name and description (CLI-8). `empty` is what people read when there are none. */
export function showActions(actions: readonly ManifestAction[], empty: string, view: View): Screen {
  if (view.json) {
    return jsonScreen({ actions: actions.map(({ name, description }) => ({ name, description })) })
  }
  if (actions.length === 0) return screen(`${empty}\n`)
  return screen(actions.map(actionText).join(''))
}

function actionText({ name, description }: ManifestAction): string {
  const first = `${visibleLine(name)}\n`
  return description === '' ? first : `${first}  ${indentRest(description.trim(), '  ')}\n`
}

/**
 * Actions whose name, description, method or path holds the query, in any case (CLI-8).
 * A blank query finds all.
 */
export function searchActions(
  actions: readonly ManifestAction[],
  query: string,
): readonly ManifestAction[] {
  const wanted = query.trim().toLowerCase()
  return actions.filter(({ name, description, method, path }) => {
    const text = [name, description, method ?? '', path ?? ''].join('\n')
    return text.toLowerCase().includes(wanted)
  })
}
