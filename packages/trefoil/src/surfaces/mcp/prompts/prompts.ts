import type { Action } from '../../../contract/call/action.ts'
import type { AppContext } from '../../../engine/app-context.ts'
import { compilePlan, type Plan } from '../../../engine/plan.ts'
import { type AskVisible, compileVisible } from '../../agent/visible-actions.ts'
import type { Target } from '../methods/target.ts'
import { compileCompletion } from './completion.ts'

/** A prompt as lists have it. */
export interface ListedPrompt {
  readonly name: string
  /** JSON text. */
  readonly text: string
  readonly target: Target
  readonly completion: Plan
}

/** The prompts of an app. */
export interface Prompts {
  /** What a caller sees of them. */
  readonly visible: AskVisible
  /** In the order of their declarations. */
  readonly each: readonly ListedPrompt[]
  /** A map: a prompt of the name `__proto__` is none. */
  readonly byName: ReadonlyMap<string, ListedPrompt>
}

export function compilePrompts(actions: readonly Action[], app: AppContext): Prompts {
  const prompts = actions.filter(({ prompt }) => prompt !== null)
  const each = prompts.map((action): ListedPrompt => {
    return {
      name: action.name,
      text: describe(action),
      target: { plan: compilePlan(action, 'mcp', app), headers: null, texts: null },
      completion: compileCompletion(action, action.prompt?.complete ?? null, app),
    }
  })
  const byName = new Map(each.map((prompt) => [prompt.name, prompt]))
  return { visible: compileVisible(prompts, 'mcp', app), each, byName }
}

function describe({ name, title, description, params }: Action): string {
  const described = params.map((param) => {
    const called: unknown = param.jsonSchema['title']
    return {
      name: param.name,
      ...(typeof called === 'string' ? { title: called } : {}),
      ...(param.description === null ? {} : { description: param.description }),
      required: param.required,
    }
  })
  return JSON.stringify({
    name,
    ...(title === null ? {} : { title }),
    description,
    ...(described.length === 0 ? {} : { arguments: described }),
  })
}
