import { jsonDigest } from '../../base/json/json-digest.ts'
import { promised } from '../../base/promise.ts'
import type { AskOptions, Questions } from '../../contract/ask/question.ts'
import {
  type Answered,
  factsOf,
  isQuestion,
  type QuestionFacts,
} from '../../contract/ask/question.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { checkFlag, checkRecord, shownValue } from '../../contract/options/option-values.ts'
import { issuePointer } from '../../contract/params/schema.ts'
import { ImproperlyConfigured, refuse } from '../../contract/problems/problem.ts'
import { needsOn } from '../../policy/need.ts'
import { calledAs } from '../call-site.ts'
import type { CallState } from '../call-state.ts'
import { Asking } from './asking.ts'
import { bindingOf } from './binding.ts'

const OPTIONS: OptionNames<AskOptions> = { once: true }
const KEY = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/
const MOST = 20
/** What a state is used up as. */
const PURPOSE = 'ask'

/** Part of the wire, of MCP and ours: what a client has to say that it can. */
const REQUIRED = {
  form: { elicitation: { form: {} } },
  url: { elicitation: { url: {} } },
  sampling: { sampling: {} },
  roots: { roots: {} },
} as const

interface Wanted extends QuestionFacts {
  readonly key: string
  readonly digest: string
}

/**
 * Asks the caller: answers of an earlier round are given back, and without them the round ends here, with the questions.
 *
 * @param checkRun throws once the call, or this run of it, is over: asked after whatever was waited for
 * @throws ImproperlyConfigured for what is no question, and where nothing can be asked
 * @throws Problem `input_required`, which ends the call whatever becomes of it
 * @throws Problem `capability_missing`
 */
export async function askCaller(
  state: CallState,
  questions: Questions,
  options: AskOptions,
  checkRun: () => void,
): Promise<Readonly<Record<string, Answered>>> {
  checkRun()
  const wanted = readQuestions(questions)
  checkOptionNames('call.ask()', options, OPTIONS)
  const { once = false } = options
  checkFlag('call.ask(): once', once)
  checkPlace(state)
  // What it goes on to do depends on who answers: no answer of it is kept for others.
  state.look('call')
  checkCapabilities(state, wanted)
  state.asking ??= new Asking(state.site, () => bindingOf(state), null, {})
  const { asking } = state
  for (const { key, digest } of wanted) {
    if (asking.takes(key, digest)) continue
    throw new ImproperlyConfigured(
      `${calledAs(state.site)}: call.ask(): '${key}' is asked twice, and is another question each time; give each a key`,
    )
  }
  const answers: Record<string, Answered> = {}
  for (const { key, digest, document, read } of wanted) {
    // What counts once is told apart by its state.
    const given = once && asking.id === null ? null : asking.given(key, digest)
    if (given === null) {
      asking.leaveOpen(key, { document, digest, issues: [] })
      continue
    }
    const result = read(given.sent)
    const answer = await (promised(result) ?? result)
    // What is left of a run that is over asks nothing more, and leaves nothing open in the next one.
    checkRun()
    if ('answered' in answer) {
      answers[key] = answer.answered
      continue
    }
    const issues = answer.issues.slice(0, MOST).map((issue) => ({
      source: 'answer',
      name: key,
      pointer: issuePointer(issue),
      message: issue.message,
    }))
    asking.leaveOpen(key, { document, digest, issues })
  }
  const end = asking.end()
  if (end !== null) throw end
  if (once) {
    await spend(state, asking)
    checkRun()
  }
  return Object.freeze(answers)
}

/** What follows runs once: of all who send these answers, in whatever process, one is the first. */
async function spend(state: CallState, asking: Asking): Promise<void> {
  const { spent } = state.site.app.asking
  const { id, until } = asking
  asking.spending ??= Promise.resolve(spent.spend(PURPOSE, id ?? '', until))
  if ((await asking.spending) !== 'first') {
    throw asking.endBy(
      refuse('invalid_request_state', { detail: 'These answers have been used already' }),
    )
  }
}

function readQuestions(questions: unknown): readonly Wanted[] {
  checkRecord(
    'call.ask()',
    questions,
    "questions by key, such as { sure: ask.form('Sure?', schema) }",
  )
  const entries = Object.entries(questions as Readonly<Record<string, unknown>>)
  if (entries.length === 0 || entries.length > MOST) {
    throw new ImproperlyConfigured(`call.ask() takes 1 to ${MOST} questions, got ${entries.length}`)
  }
  return entries.map(([key, question]) => {
    if (!KEY.test(key)) {
      throw new ImproperlyConfigured(
        'call.ask(): keys begin with a letter and have at most 64 of A-Z a-z 0-9 _ -',
      )
    }
    if (!isQuestion(question)) {
      throw new ImproperlyConfigured(
        `call.ask(): '${key}' must be a question, such as ask.form('Sure?', schema), got ${shownValue(question)}`,
      )
    }
    const facts = factsOf(question)
    return { ...facts, key, digest: jsonDigest(facts.document) }
  })
}

function checkPlace(state: CallState): void {
  const { site, phase } = state
  const where = `${calledAs(site)}: call.ask()`
  if (phase !== 'executing' || state.hasReturned) {
    throw new ImproperlyConfigured(
      `${where} is for handlers and what stands around them, and before they have answered`,
    )
  }
  if (site.surface === 'api' && !site.action.asks) {
    throw new ImproperlyConfigured(
      `${where} needs asks: true in the options of the action: clients of HTTP have to know that it may answer 409 with questions`,
    )
  }
  const needs = needsOn(site.action, site.surface)
  if (needs.has('approve') || needs.has('confirm')) {
    throw new ImproperlyConfigured(
      `${where} is not for actions that may need an approval: what a caller's program answers is bound to none`,
    )
  }
}

function checkCapabilities(state: CallState, wanted: readonly Wanted[]): void {
  const able = state.rehearses ? [] : (state.inbound.capabilities?.() ?? [])
  const missing = [...new Set(wanted.map(({ needs }) => needs))].filter(
    (needs) => !able.includes(needs),
  )
  if (missing.length === 0) return
  const required: Record<string, object> = {}
  for (const one of missing) {
    for (const [name, members] of Object.entries(REQUIRED[one])) {
      required[name] = { ...required[name], ...members }
    }
  }
  throw refuse('capability_missing', {
    detail: `The client cannot be asked for what this call needs: ${missing.join(', ')}`,
    details: { required_capabilities: required },
  })
}
