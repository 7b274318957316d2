import { type Awaitable, isPromiseLike } from '../../../base/promise.ts'
import { Problem, refuse } from '../../../contract/problems/problem.ts'
import { toJson } from '../../../engine/answer/json-text.ts'
import { fits } from '../../agent/agent-content.ts'
import { problemBody } from '../../agent/problem-body.ts'
import type { Asked } from '../methods/method.ts'
import type { ListedTool, ToolList } from '../tool-list/tool-list.ts'
import type { Era } from '../wire/era.ts'
import { rank } from './rank.ts'
import { readCalled, readFind, readNamed } from './read-search.ts'
import { CALL, FIND, SEARCH_NAMES } from './search-tools.ts'

/** Characters of a description in a list of what was found; `describe_action` tells the whole of it. */
const SUMMARY = 200

/** True for the name of one of the three tools. */
export function isSearch(name: string | null): boolean {
  return name !== null && SEARCH_NAMES.has(name)
}

/** Answers a call of one of the three: what is found and described, and why a `call_action` led to no action. */
export function answerSearch(asked: Asked): Awaitable<string | Problem> {
  // Nothing but what the caller may see is looked at, so nothing else can be told apart.
  const seen = asked.parts.toolsFor(asked.state)
  return isPromiseLike(seen) ? seen.then((late) => resultOf(asked, late)) : resultOf(asked, seen)
}

function resultOf(
  { parts, envelope: { era }, message: { params }, state }: Asked,
  seen: ToolList,
): string | Problem {
  const { name } = params
  const args = params['arguments'] ?? {}
  const made =
    name === FIND
      ? find(args, seen)
      : name === CALL
        ? refuseCall(args, seen)
        : describe(args, seen, era)
  const isError = made instanceof Problem
  const text = isError ? toJson({ error: problemBody(made, state) }) : made
  if (!fits(text, parts.maxResponseSize)) return refuse('response_too_large')
  const content = JSON.stringify({ type: 'text', text })
  const result = { content, structured: text, isError }
  return era.toolResult(result, parts.server, false)
}

function find(args: unknown, { findable }: ToolList): string | Problem {
  const asked = readFind(args)
  if (asked instanceof Problem) return asked
  const { query, limit, from } = asked
  const found = rank(findable, query)
  const end = from + limit
  return JSON.stringify({
    actions: found.slice(from, end).map(({ name, title, description }) => ({
      name,
      ...(title === null ? {} : { title }),
      description: summaryOf(description ?? ''),
    })),
    ...(end < found.length ? { next_cursor: String(end) } : {}),
  })
}

function summaryOf(description: string): string {
  if (description.length <= SUMMARY) return description
  // Not in the middle of a character that takes two.
  return `${description.slice(0, SUMMARY).replace(/[\uD800-\uDBFF]$/, '')}…`
}

function describe(args: unknown, seen: ToolList, era: Era): string | Problem {
  const name = readNamed(args)
  if (name instanceof Problem) return name
  const tool = toolNamed(seen, name)
  return tool === undefined ? unknownAction() : tool[era.name]
}

/** Of what is no action, is hidden from the caller, or must be called by its own name. */
function refuseCall(args: unknown, seen: ToolList): Problem {
  const name = readCalled(args)
  if (name instanceof Problem) return name
  return toolNamed(seen, name) === undefined
    ? unknownAction()
    : refuse('VALIDATION_ERROR', {
        detail: `'${name}' cannot be called through call_action`,
        fix: 'Call it by its own name: it is in the list of tools.',
      })
}

function toolNamed({ each }: ToolList, name: string): ListedTool | undefined {
  return each.find((tool) => tool.name === name)
}

/** The same for what there is not and for what the caller does not see. */
function unknownAction(): Problem {
  return refuse('mcp_unknown_tool', {
    detail: 'Unknown action',
    fix: 'Find actions with `find_actions`.',
  })
}
