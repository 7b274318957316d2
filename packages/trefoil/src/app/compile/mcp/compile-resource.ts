import type { Action } from '../../../contract/call/action.ts'
import {
  type ContentAnnotations,
  readContentOptions,
} from '../../../contract/content/block-options.ts'
import type { ListEntries, ResourceFacts } from '../../../contract/mcp/mcp-facts.ts'
import { shownValue } from '../../../contract/options/option-values.ts'
import type { ParamSpec } from '../../../contract/params/param-spec.ts'
import type { Params } from '../../../contract/params/params.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { parseMediaType } from '../../../web/media-type.ts'
import { compileUriTemplate } from '../../../web/uri-template.ts'
import type { DeclaredResource } from '../../declare/declaration.ts'
import { checkComplete, compileComplete } from './compile-prompt.ts'

/** A scheme, and something behind it that a URI may have as it is (RFC 3986); a template has variables beside. */
const URI = /^[A-Za-z][A-Za-z0-9+.-]*:[!#-;=?-[\]_a-z~{}%]+$/
/** Characters of a URI that anybody may read: longer ones are no names. */
export const LONGEST_URI = 2048

/** @throws ImproperlyConfigured naming the option and what to write */
export function compileResource(declared: DeclaredResource, where: string): ResourceFacts {
  const { uri, size, annotations, entries } = declared
  if (!URI.test(uri) || uri.length > LONGEST_URI) {
    throw new ImproperlyConfigured(
      `${where}: what names it is no URI of a resource; write one such as store://products, in ASCII`,
    )
  }
  const isTemplate = uri.includes('{') || uri.includes('}')
  if (size !== undefined && !(Number.isSafeInteger(size) && Number(size) >= 0)) {
    throw new ImproperlyConfigured(
      `${where}: size must be a whole number of bytes, got ${shownValue(size)}`,
    )
  }
  if (entries !== undefined && (typeof entries !== 'function' || !isTemplate)) {
    throw new ImproperlyConfigured(
      `${where}: entries is a function that lists what a template stands for; only templates have it`,
    )
  }
  // Whatever it is: it is read member by member.
  const said =
    annotations === undefined
      ? {}
      : readContentOptions(where, { annotations: annotations as ContentAnnotations })
  return Object.freeze({
    uri,
    isTemplate,
    variables: isTemplate ? variablesOf(uri, where) : [],
    type: readType(declared.type, where),
    size: size === undefined ? null : Number(size),
    annotations: (said['annotations'] ?? null) as object | null,
    // Looked at above: what it returns is checked when it has.
    entries: (entries ?? null) as ListEntries<never> | null,
    complete: compileComplete(declared.complete, where),
  })
}

function readType(given: unknown, where: string): string | null {
  if (given === undefined) return null
  if (typeof given === 'string' && parseMediaType(given) !== null) return given
  throw new ImproperlyConfigured(
    `${where}: type must be a media type such as text/markdown, got ${shownValue(given)}`,
  )
}

function variablesOf(uri: string, where: string): readonly string[] {
  try {
    return compileUriTemplate(uri).variables
  } catch (error) {
    const why = error instanceof Error ? error.message : 'it cannot be read'
    throw new ImproperlyConfigured(`${where}: '${uri}' is no template of URIs: ${why}`)
  }
}

/** They are text without being declared; of a route the path has its own. */
export function undeclaredVariables(
  { resource }: Pick<Action, 'resource'>,
  declared: Params,
): readonly string[] {
  const variables = resource?.variables ?? []
  return variables.filter((name) => !Object.hasOwn(declared, name))
}

/**
 * Who reads has nothing but the URI to say things by.
 *
 * @throws ImproperlyConfigured for a variable that is no argument, and for an argument that nobody could send
 */
export function checkVariables(
  { resource, prompt }: Pick<Action, 'resource' | 'prompt'>,
  params: readonly ParamSpec[],
  where: string,
): void {
  checkComplete(prompt?.complete ?? null, params, where)
  if (resource === null) return
  checkComplete(resource.complete, params, where)
  const { variables, uri } = resource
  const stray = variables.find((name) => !params.some((param) => param.name === name))
  if (stray !== undefined) {
    throw new ImproperlyConfigured(
      `${where}: resource '${uri}' has a variable {${stray}} that is no parameter; name it as one of params`,
    )
  }
  const unsaid = params.find(({ name, required }) => required && !variables.includes(name))
  if (unsaid === undefined) return
  throw new ImproperlyConfigured(
    `${where}: resource '${uri}' cannot say '${unsaid.name}', which is required; ` +
      `add {${unsaid.name}} to the URI, or give the parameter a default`,
  )
}

/** The same for templates that match the same URIs, whatever they call their variables. */
export function uriShape(uri: string): string {
  return uri.replace(/\{([+#./;?&]?)[^{}]*\}/g, '{$1}')
}
