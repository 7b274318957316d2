import { refuse } from '../../contract/problems/problem.ts'
import type { Context } from '../context.ts'
import type { ProgramIo } from '../terminal/io.ts'
import { visibleBlock, visibleJson, visibleLine } from '../terminal/print.ts'
import type { Asked, AskedForm, Round } from './asked.ts'
import type { FormField } from './form-field.ts'
import { readField, yesOrNo } from './read-field.ts'

/** An answer as every surface of the app takes it. */
export type TypedAnswer =
  | { readonly action: 'accept'; readonly content?: Readonly<Record<string, unknown>> }
  | { readonly action: 'decline' | 'cancel' }

type AskLine = NonNullable<ProgramIo['askLine']>

/** What is typed at one question, or that the person went away from it. */
type Typed = string | null

/**
 * Asks the person at the terminal, one question after the other.
 *
 * @param who the action, as the person called it
 * @returns the answers by key
 * @throws Problem `cli_interrupted` for Ctrl-C
 */
export async function askPerson(
  context: Context,
  askLine: AskLine,
  who: string,
  { questions }: Round,
): Promise<Readonly<Record<string, TypedAnswer>>> {
  const answers: [string, TypedAnswer][] = []
  const talk = new Talk(context, askLine)
  for (const [index, asked] of questions.entries()) {
    const count = questions.length === 1 ? '' : ` (question ${index + 1} of ${questions.length})`
    talk.say(`${visibleLine(who)} asks${count}:\n${quoted(asked.text)}`)
    for (const issue of asked.issues) talk.say(`  not accepted: ${visibleLine(issue)}`)
    answers.push([asked.key, await answerTo(talk, asked)])
  }
  return Object.fromEntries(answers)
}

async function answerTo(talk: Talk, asked: Asked): Promise<TypedAnswer> {
  if (asked.kind === 'visit') {
    talk.say(`  page: ${visibleLine(asked.url)}`)
    return decided(talk, 'Go on, once you are done there?', async () => ({ action: 'accept' }))
  }
  return decided(talk, 'Answer?', () => formOf(talk, asked))
}

/** Whoever says nothing has not said no. */
async function decided(
  talk: Talk,
  question: string,
  accept: () => Promise<TypedAnswer>,
): Promise<TypedAnswer> {
  for (;;) {
    const typed = await talk.ask(`${question} (y, n; empty to cancel) `)
    if (typed === null || typed.trim() === '') return { action: 'cancel' }
    const read = yesOrNo(typed)
    if (read.ok) return read.value ? accept() : { action: 'decline' }
    talk.say(`  ${read.error}`)
  }
}

async function formOf(talk: Talk, { fields }: AskedForm): Promise<TypedAnswer> {
  const content: [string, unknown][] = []
  for (const field of fields) {
    talk.say(fieldText(field))
    const value = await typedInto(talk, field)
    if (value === CANCELLED) return { action: 'cancel' }
    if (value !== undefined) content.push([field.name, value])
  }
  return { action: 'accept', content: Object.fromEntries(content) }
}

const CANCELLED: unique symbol = Symbol('cancelled')

async function typedInto(talk: Talk, field: FormField): Promise<unknown> {
  for (;;) {
    const typed = await talk.ask(`  ${visibleLine(field.name)} (${hint(field)}): `)
    if (typed === null) return CANCELLED
    const read = readField(field, typed)
    if (read.ok) return read.value
    talk.say(`    ${read.error}`)
  }
}

function fieldText({ name, title, description, type }: FormField): string {
  const lines: string[] = []
  if (title !== null && title !== name) lines.push(quoted(title))
  if (description !== null) lines.push(quoted(description))
  if ('choices' in type) {
    const width = String(type.choices.length).length
    for (const [index, choice] of type.choices.entries()) {
      lines.push(`    ${String(index + 1).padStart(width)}  ${visibleLine(choice.title)}`)
    }
  }
  return lines.join('\n')
}

function hint({ type, required, fallback }: FormField): string {
  const notes: string[] = []
  switch (type.kind) {
    case 'boolean':
      notes.push('y or n')
      break
    case 'one':
      notes.push(`1 to ${type.choices.length}`)
      break
    case 'several':
      notes.push(`1 to ${type.choices.length}, with commas`)
      break
    case 'text':
      if (type.format !== null) notes.push(visibleLine(type.format))
      else notes.push('text')
      break
    default:
      notes.push(type.kind === 'integer' ? 'whole number' : 'number')
  }
  if (fallback !== undefined) notes.push(`empty for ${shownDefault(fallback)}`)
  else if (!required) notes.push('may be empty')
  return notes.join('; ')
}

function shownDefault(value: unknown): string {
  if (typeof value === 'boolean') return value ? 'y' : 'n'
  return typeof value === 'string' ? visibleLine(value) : visibleJson(value)
}

/** Words to a line of a small terminal, and what is longer than a line cut. */
const LINES = /.{1,72}(?: |$)|.{1,72}/gu

/**
 * Every line of it begins with a bar, so that no text of a server looks like a line of the program: not one that a terminal
 * would have wrapped either.
 */
function quoted(text: string): string {
  const lines = visibleBlock(text).split('\n')
  return lines
    .flatMap((line) => line.match(LINES) ?? [''])
    .map((line) => `  | ${line}`.trimEnd())
    .join('\n')
}

/** The terminal, as long as a person is asked at it. */
class Talk {
  readonly #context: Context
  readonly #askLine: AskLine

  constructor(context: Context, askLine: AskLine) {
    this.#context = context
    this.#askLine = askLine
  }

  /** @param text already fit for a terminal */
  say(text: string): void {
    if (text !== '') this.#context.io.stderr.write(`${text}\n`)
  }

  /** @returns `null` for Ctrl-D */
  async ask(question: string): Promise<Typed> {
    const { time } = this.#context
    const typed = await time.standingStill(this.#askLine(question, time.signal))
    if (typed.key === 'interrupt') throw refuse('cli_interrupted')
    return typed.key === 'enter' ? typed.text : null
  }
}
