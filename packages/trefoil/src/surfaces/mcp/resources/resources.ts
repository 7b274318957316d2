import type { Action } from '../../../contract/call/action.ts'
import type { ResourceFacts } from '../../../contract/mcp/mcp-facts.ts'
import type { AppContext } from '../../../engine/app-context.ts'
import { compilePlan, type Plan } from '../../../engine/plan.ts'
import { compileUriTemplate, type UriTemplate } from '../../../web/uri-template.ts'
import { type AskVisible, compileVisible } from '../../agent/visible-actions.ts'
import type { Target } from '../methods/target.ts'
import { compileCompletion } from '../prompts/completion.ts'
import { compileEntries } from './entries.ts'

/** What is read under a URI. */
export interface ListedResource {
  readonly name: string
  /** JSON text, as lists have it. */
  readonly text: string
}

/** What is read under the URIs of a template. */
export interface ListedTemplate extends ListedResource {
  readonly template: UriTemplate
  /** Media type of what it stands for; `null` where nobody said. */
  readonly type: string | null
  /** By which it is read. */
  readonly plan: Plan
  readonly completion: Plan
}

/** A template that lists what it stands for. */
export interface ListedEntries extends ListedTemplate {
  readonly entries: Plan
}

/** The resources of an app, in the order of their declarations. */
export interface Resources {
  /** @returns `null` for what is none, whoever asks */
  find(uri: string): Target | null
  /** What a caller sees of them. */
  readonly visible: AskVisible
  readonly literal: readonly ListedResource[]
  readonly templates: readonly ListedTemplate[]
  /** Those of them that list what they stand for. */
  readonly listing: readonly ListedEntries[]
}

/** What an action is, and how it is read. */
interface Readable {
  readonly action: Action
  readonly resource: ResourceFacts
}

export function compileResources(actions: readonly Action[], app: AppContext): Resources {
  const readable = actions.flatMap((action): Readable[] =>
    action.resource === null ? [] : [{ action, resource: action.resource }],
  )
  const byUri = new Map<string, Target>()
  const byTemplate: { readonly template: UriTemplate; readonly plan: Plan }[] = []
  const literal: ListedResource[] = []
  const templates: ListedTemplate[] = []
  const listing: ListedEntries[] = []
  for (const { action, resource } of readable) {
    const plan = compilePlan(action, 'mcp', app)
    const { name } = action
    if (!resource.isTemplate) {
      byUri.set(resource.uri, { plan, headers: null, texts: NO_TEXTS })
      literal.push({ name, text: describe(action, resource) })
      continue
    }
    const template = compileUriTemplate(resource.uri)
    byTemplate.push({ template, plan })
    const entries = compileEntries(action, resource, app)
    const { type } = resource
    const completion = compileCompletion(action, resource.complete, app)
    const text = describe(action, resource)
    const one: ListedTemplate = { name, text, template, type, plan, completion }
    templates.push(one)
    if (entries !== null) listing.push({ ...one, entries })
  }
  const find = (uri: string): Target | null => {
    const known = byUri.get(uri)
    if (known !== undefined) return known
    for (const { template, plan } of byTemplate) {
      const texts = template.match(uri)
      if (texts !== null) return { plan, headers: null, texts }
    }
    return null
  }
  const visible = compileVisible(
    readable.map(({ action }) => action),
    'mcp',
    app,
  )
  return { find, visible, literal, templates, listing }
}

const NO_TEXTS: Readonly<Record<string, string>> = Object.freeze({})

function describe({ name, title, description }: Action, resource: ResourceFacts): string {
  const { uri, isTemplate, type, size, annotations } = resource
  return JSON.stringify({
    ...(isTemplate ? { uriTemplate: uri } : { uri }),
    name,
    ...(title === null ? {} : { title }),
    ...(description === null ? {} : { description }),
    ...(type === null ? {} : { mimeType: type }),
    ...(isTemplate || size === null ? {} : { size }),
    ...(annotations === null ? {} : { annotations }),
  })
}
