import type { Action } from '../../contract/call/action.ts'
import { type Catalogue, isGuarded, requiresAuth } from '../../contract/call/catalogue.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import { SchemaComponents } from '../schema/schema-components.ts'
import { UniqueNames } from '../schema/unique-names.ts'
import { rateHeaders } from './header-objects.ts'
import { type ProblemResponse, problemResponses } from './problem-responses.ts'
import { PROBLEM_SCHEMA } from './problem-schema.ts'
import { type BodyShape, bodyShape, type ParameterShape, parameterShapes } from './request-shape.ts'
import { type SuccessResponse, successResponses } from './success-responses.ts'

/** One HTTP action as the OpenAPI document and the page both print it. */
export interface Operation {
  readonly action: Action
  /** Unique, `[A-Za-z0-9_]`. */
  readonly id: string
  readonly summary: string
  /** Upper-case. */
  readonly method: string
  /** Path template as OpenAPI reads it. */
  readonly path: string
  readonly requiresAuth: boolean
  /** True when the action asks for approval on some surface. */
  readonly needsApproval: boolean
  readonly parameters: readonly ParameterShape[]
  readonly body: BodyShape | null
  readonly successes: readonly SuccessResponse[]
  readonly problems: readonly ProblemResponse[]
}

export interface Operations {
  /** In order of registration. */
  readonly operations: readonly Operation[]
  /** Schemas that operations refer to as `#/components/schemas/<name>`. */
  readonly schemas: Readonly<Record<string, JsonSchema>>
}

/**
 * Everything with an HTTP path, in order of registration. `metadata.openapi: false` leaves an
 * action out; `metadata.operation_id` and `metadata.summary` replace what its name would give
 * (DOCS-3).
 */
export function operationsOf(catalogue: Catalogue): Operations {
  const components = new SchemaComponents({ Problem: PROBLEM_SCHEMA })
  const ids = new UniqueNames()
  const operations = catalogue.actions.flatMap((action): Operation[] => {
    const { method, path } = action
    const hidden = method === null || path === null || action.metadata.openapi === false
    if (hidden || !action.exposed.api) return []
    const id = ids.take(operationId(action))
    return [
      {
        action,
        id,
        summary: textMetadata(action, 'summary') ?? action.title ?? nameInWords(action),
        method,
        path: literalBraces(path),
        requiresAuth: isGuarded(action, 'api') || requiresAuth(catalogue, action, 'api'),
        needsApproval: action.approval.api || action.approval.mcp || action.approval.cli,
        parameters: parameterShapes(action, components, id),
        body: bodyShape(action, components, id),
        successes: successResponses(action, components, id).map((success) => ({
          ...success,
          headers: [...success.headers, ...rateHeaders(catalogue, action)],
        })),
        problems: problemResponses(catalogue, action),
      },
    ]
  })
  return { operations, schemas: components.schemas }
}

function operationId(action: Action): string {
  const wanted = textMetadata(action, 'operation_id') ?? action.name
  return wanted.replace(/[^A-Za-z0-9]+/g, '_').replace(/^_+|_+$/g, '') || 'operation'
}

function textMetadata(action: Action, key: string): string | null {
  const value = Object.hasOwn(action.metadata, key) ? action.metadata[key] : undefined
  return typeof value === 'string' && value !== '' ? value : null
}

/** `get_order` becomes `Get order`; an unnamed action keeps its `METHOD /path`. */
export function nameInWords({ name }: Action): string {
  if (name.includes('/')) return name
  const words = name.replace(/[_\-.]+/g, ' ').trim() || name
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** Braces inside a segment are literal to the router (ROUTE-4) and a parameter to OpenAPI. */
function literalBraces(path: string): string {
  const segments = path.split('/').map((segment) => {
    if (/^\{[^{}]+\}$/.test(segment)) return segment
    return segment.replaceAll('{', '%7B').replaceAll('}', '%7D')
  })
  return segments.join('/')
}
