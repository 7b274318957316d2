import { isRecord } from '../../../base/plain/is-record.ts'
import { isPromiseLike } from '../../../base/promise.ts'
import { Problem, refuse } from '../../../contract/problems/problem.ts'
import type { Plan } from '../../../engine/plan.ts'
import { fits } from '../../agent/agent-content.ts'
import type { McpParts } from '../mcp-parts.ts'
import { invalidParams } from '../message-call.ts'
import { isUndecided } from '../problem-reply.ts'
import { askCompletion, type CompletionAsked, type Suggestions } from '../prompts/completion.ts'
import type { AnswerMethod } from './method.ts'
import { isNotThere } from './resources-read.ts'

/** Characters of what is typed, and of each argument beside it: suggestions are asked for at every key. */
const LONGEST = 4096

/** Suggests values for an argument of a prompt, or a variable of a template. */
export const complete: AnswerMethod = {
  kind: 'answer',
  capability: 'completions',
  answer: ({ message, envelope: { era }, parts, state }) => {
    const ref = readRef(parts, message.params['ref'])
    if (ref instanceof Problem) return ref
    const { plan, missing } = ref
    const asked = readAsked(message.params)
    if (asked instanceof Problem) return asked
    if (plan === null) return missing
    const write = (found: Suggestions | Problem | null) => {
      // As unknown: whoever tries names learns from nothing which of them are somebody's (PW-20).
      if (found instanceof Problem) {
        return isNotThere(found) || isUndecided(found) ? missing : found
      }
      if (found === null) return invalidParams('params.argument.name is no argument of it')
      const { values, total } = found
      const text = JSON.stringify({ values, total, hasMore: total > values.length })
      return fits(text, parts.maxResponseSize)
        ? era.result(`"completion":${text}`, parts.server)
        : refuse('response_too_large')
    }
    const found = askCompletion(plan, state, asked)
    return isPromiseLike(found) ? found.then(write) : write(found)
  },
}

interface Ref {
  /** `null` where nothing is there. */
  readonly plan: Plan | null
  /** What is told of what is not there, to whoever asks. */
  readonly missing: Problem
}

function readRef({ prompts, resources }: McpParts, ref: unknown): Ref | Problem {
  if (isRecord(ref)) {
    const { type, name, uri } = ref
    if (type === 'ref/prompt' && typeof name === 'string') {
      const plan = prompts.byName.get(name)?.completion ?? null
      return { plan, missing: refuse('mcp_unknown_prompt') }
    }
    if (type === 'ref/resource' && typeof uri === 'string' && uri.length <= LONGEST) {
      const found = resources.templates.find(({ template }) => template.template === uri)
      const missing = invalidParams('Unknown resource template')
      return { plan: found?.completion ?? null, missing }
    }
  }
  return invalidParams(
    'params.ref must be { type: "ref/prompt", name } or { type: "ref/resource", uri }',
  )
}

function readAsked(params: Readonly<Record<string, unknown>>): CompletionAsked | Problem {
  const argument = params['argument']
  if (
    !isRecord(argument) ||
    typeof argument['name'] !== 'string' ||
    typeof argument['value'] !== 'string' ||
    argument['value'].length > LONGEST
  ) {
    return invalidParams('params.argument must be { name, value }, both of them text')
  }
  const context = params['context'] ?? {}
  const given = isRecord(context) ? (context['arguments'] ?? {}) : null
  if (!isRecord(given)) return invalidParams('params.context.arguments must be an object')
  // Without a prototype, and of a bounded size: it is handed to the app.
  const others: Record<string, string> = Object.create(null)
  for (const [name, value] of Object.entries(given)) {
    if (typeof value !== 'string' || value.length > LONGEST) {
      return invalidParams('params.context.arguments must be texts')
    }
    others[name] = value
  }
  return { argument: argument['name'], typed: argument['value'], arguments: Object.freeze(others) }
}
