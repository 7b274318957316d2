import { isRecord } from '../../../base/plain/is-record.ts'
import { References, someSchema } from '../../../contract/json-schema/references.ts'
import { body, isMarkedParam, type Params } from '../../../contract/params/params.ts'
import { isSchema, type JsonSchema } from '../../../contract/params/schema.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import type { DeclaredOptions } from '../../declare/declaration.ts'
import { type CompiledParams, compileParams } from '../compile-params.ts'
import type { ParamSite } from './param-site.ts'

/** What callers of an action send. */
export interface CompiledInput extends CompiledParams {
  /** What clients are told of arguments that are one value, word for word; `null` for arguments by name. */
  readonly document: JsonSchema | null
}

/** Reads `params`, or `input` in the place of arguments by name. @throws ImproperlyConfigured */
export function compileInput(
  options: DeclaredOptions,
  declared: Params,
  site: ParamSite,
): CompiledInput {
  const named = compileParams(declared, site)
  const whole = compileWholeInput(options, named, site)
  return whole === null ? { ...named, document: null } : { ...named, ...whole }
}

/** What would read arguments by their names, or spell them as text. */
const NOT_WITH = ['cli', 'cache', 'forms', 'resource'] as const

/** @param beside what else it has: dependencies, and arguments, of which there must be none */
function compileWholeInput(
  options: DeclaredOptions,
  beside: CompiledParams,
  site: ParamSite,
): (Pick<CompiledInput, 'params'> & { readonly document: JsonSchema }) | null {
  const { input } = options
  if (input === undefined) return null
  const fail = (why: string) => new ImproperlyConfigured(`${site.where}: input ${why}`)
  if (options.tool !== true || site.method !== null) {
    throw fail('is for app.tool(); a route has body(schema) among its params')
  }
  const other = NOT_WITH.find((name) => options[name] !== undefined && options[name] !== false)
  if (other !== undefined) throw fail(`does not go with ${other}; declare params`)
  const [argument] = beside.params
  if (argument !== undefined) {
    throw fail(`is all that callers send, so '${argument.name}' cannot be an argument besides`)
  }
  const marked = isSchema(input) ? body(input) : input
  if (!isMarkedParam(marked) || marked.source !== 'body' || marked.sensitive) {
    throw fail('must be a Standard Schema of an object, or body(schema, { jsonSchema })')
  }
  const { params } = compileParams({ input: marked }, { ...site, method: 'POST', pathNames: [] })
  const [param] = params
  if (param === undefined) throw fail('has no schema')
  // Not frozen, or changed, where the developer has it.
  const document: JsonSchema = JSON.parse(JSON.stringify(marked.jsonSchema ?? param.jsonSchema))
  if (document['type'] !== 'object') throw fail("needs a JSON Schema with type: 'object'")
  checkDocument(document, fail)
  const { properties } = document
  const taken = beside.dependencies.find(
    ([name]) => isRecord(properties) && Object.hasOwn(properties, name),
  )
  if (taken !== undefined) {
    throw fail(`has a member '${taken[0]}', which is the name of a dependency`)
  }
  const whole = { ...param, required: true, nullIsAbsent: false, absent: undefined }
  return { params: [whole], document }
}

/** What clients read must lead nowhere else, and promise nothing that is not held (FND-43). */
function checkDocument(document: JsonSchema, fail: (why: string) => Error): void {
  try {
    const references = new References(document)
    const seen = new Set<JsonSchema>()
    const walk = (from: JsonSchema) => {
      const targets: JsonSchema[] = []
      someSchema(from, (schema) => {
        if ('x-mcp-header' in schema) throw new TypeError("'x-mcp-header' is for params: mcpHeader")
        seen.add(schema)
        const target = references.targetOf(schema)
        if (isRecord(target)) targets.push(target)
        return false
      })
      // A reference may lead to where no keyword does.
      for (const target of targets) if (!seen.has(target)) walk(target)
    }
    walk(document)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw fail(`has a JSON Schema that cannot be given to agents: ${reason}`)
  }
}
