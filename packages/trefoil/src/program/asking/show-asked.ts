import { shellQuote } from '../../base/shell-quote.ts'
import type { ActionAnswer, ProblemEnvelope } from '../../contract/protocol/action-protocol.ts'
import {
  type Screen,
  showAnswer,
  showProblem,
  type View,
  visibleJson,
  visibleLine,
} from '../terminal/print.ts'
import { type Asked, isAsking, roundOf } from './asked.ts'
import type { FormField } from './form-field.ts'

/** What a call came to; questions that nobody was asked: to be read, and how to go on with the answers. */
export function showAnswered(answer: ActionAnswer, view: View): Screen {
  return isAsking(answer) ? showAsked(answer, view) : showAnswer(answer, view)
}

function showAsked(envelope: ProblemEnvelope, view: View): Screen {
  const round = roundOf(envelope)
  // As it came: what is no question of ours is shown like any other problem.
  if (view.json || round === null) return showProblem(envelope, view)
  const { questions: _questions, request_state: _state, ...rest } = envelope.error
  const shown = showProblem({ ...envelope, error: rest }, view)
  const lines = round.questions.flatMap(questionLines)
  const answers = Object.fromEntries(round.questions.map((asked) => [asked.key, example(asked)]))
  const flags = ['--request-state', round.state, '--answers', JSON.stringify(answers)]
  lines.push(
    '  go on: repeat the command with',
    `    ${visibleLine(flags.map(shellQuote).join(' '))}`,
  )
  return { ...shown, stderr: `${shown.stderr}${lines.join('\n')}\n` }
}

function questionLines(asked: Asked): readonly string[] {
  const lines = [`  question ${visibleLine(asked.key)}: ${visibleLine(asked.text)}`]
  if (asked.kind === 'visit') lines.push(`    page: ${visibleLine(asked.url)}`)
  else lines.push(...asked.fields.map(fieldLine))
  for (const issue of asked.issues) lines.push(`    not accepted: ${visibleLine(issue)}`)
  return lines
}

function fieldLine({ name, title, description, required, fallback, type }: FormField): string {
  const notes = [title ?? '', description ?? ''].filter((note) => note !== '' && note !== name)
  const values = 'choices' in type ? ` of ${type.choices.map(({ value }) => value).join(', ')}` : ''
  const need = required ? 'required' : 'optional'
  const shown = fallback === undefined ? '' : `, default ${visibleJson(fallback)}`
  return visibleLine(
    `    ${name} (${type.kind}${values}; ${need}${shown}) ${notes.join(': ')}`.trimEnd(),
  )
}

/** What an answer looks like; the values are the caller's to choose. */
function example(asked: Asked): object {
  if (asked.kind === 'visit') return { action: 'accept' }
  const content = asked.fields
    .filter(({ required }) => required)
    .map(({ name, type }) => [name, 'choices' in type || type.kind === 'text' ? '…' : null])
  return { action: 'accept', content: Object.fromEntries(content) }
}
