import { isJsonMediaType } from '../../base/json/json-media-type.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import { exampleOf } from '../schema/example.ts'
import { mergeDocument } from '../schema/merge-document.ts'
import { type HeaderShape, headerObjects } from './header-objects.ts'
import type { Operation } from './operations.ts'
import { PROBLEM_MEDIA_TYPE, PROBLEM_REFERENCE } from './problem-schema.ts'
import type { BodyShape, ParameterShape } from './request-shape.ts'
import type { SecurityEntry } from './security-entries.ts'
import type { SuccessResponse } from './success-responses.ts'

/** OpenAPI says readers ignore header parameters of these names: other fields describe them. */
const DESCRIBED_ELSEWHERE: ReadonlySet<string> = new Set([
  'accept',
  'authorization',
  'content-type',
])

/**
 * The Operation Object of one action. `x-trefoil-needs-approval` is about any surface. What
 * `metadata.openapi` holds is merged on top (DOCS-3).
 *
 * @param root the document that references of schemas lead into, for examples
 * @param security ways in, any one of which will do
 */
export function openApiOperation(
  operation: Operation,
  root: JsonSchema,
  security: readonly SecurityEntry[],
): JsonSchema {
  const { action, body } = operation
  const parameters = operation.parameters.filter(
    ({ in: place, name }) => place !== 'header' || !DESCRIBED_ELSEWHERE.has(name.toLowerCase()),
  )
  const document = {
    operationId: operation.id,
    summary: operation.summary,
    ...(action.description !== null && { description: action.description }),
    ...(action.tags.length > 0 && { tags: action.tags }),
    ...(action.deprecated && { deprecated: true }),
    ...(parameters.length > 0 && { parameters: parameters.map(parameter) }),
    ...(body !== null && { requestBody: requestBody(body, root) }),
    responses: responses(operation, root),
    security: operation.requiresAuth ? security.map(({ name }) => ({ [name]: [] })) : [],
    'x-trefoil-tool': action.tool,
    'x-trefoil-cli': action.exposed.cli,
    'x-trefoil-needs-approval': operation.needsApproval,
    // Said where the method does not say it.
    ...(action.changes !== changesBy(action.method) && { 'x-trefoil-changes': action.changes }),
    ...(action.external && { 'x-trefoil-external': true }),
    ...(action.asks && { 'x-trefoil-asks': true }),
  }
  const { openapi: more } = action.metadata
  return isRecord(more) ? mergeDocument(document, more) : document
}

/** What readers take a method to mean (RFC 9110 §9.2.1). */
function changesBy(method: string | null): boolean {
  return method !== 'GET' && method !== 'HEAD' && method !== 'OPTIONS'
}

function parameter({
  in: place,
  name,
  required,
  description,
  deprecated,
  schema,
  commas,
}: ParameterShape): JsonSchema {
  return {
    name,
    in: place,
    required,
    ...(description !== null && { description }),
    ...(deprecated && { deprecated }),
    ...(commas === true && { style: 'form', explode: false }),
    schema,
  }
}

function requestBody(
  { mediaType, also, required, description, schema }: BodyShape,
  root: JsonSchema,
): JsonSchema {
  return {
    ...(description !== null && { description }),
    required,
    content: {
      [mediaType]: withExample(mediaType, schema, root),
      ...(also !== undefined && { [also]: withExample(also, schema, root) }),
    },
  }
}

/** Any request can be refused for its host or its headers, and a handler throws what it likes. */
const OTHER_FAILURE = 'Any other failure.'

function responses({ successes, problems }: Operation, root: JsonSchema): JsonSchema {
  return Object.fromEntries([
    ...successes.map((response) => [response.status, success(response, root)]),
    ...problems.map(({ status, description, headers }) => [status, problem(description, headers)]),
    ['default', problem(OTHER_FAILURE, [])],
  ])
}

function success({ description, headers, content }: SuccessResponse, root: JsonSchema): JsonSchema {
  return {
    description,
    ...(headers.length > 0 && { headers: headerObjects(headers) }),
    ...(content !== null && {
      content: { [content.mediaType]: withExample(content.mediaType, content.schema, root) },
    }),
  }
}

function problem(description: string, headers: readonly HeaderShape[]): JsonSchema {
  return {
    description,
    ...(headers.length > 0 && { headers: headerObjects(headers) }),
    content: { [PROBLEM_MEDIA_TYPE]: { schema: PROBLEM_REFERENCE } },
  }
}

/** Only JSON has examples that can be read off its schema. */
function withExample(mediaType: string, schema: JsonSchema | null, root: JsonSchema): JsonSchema {
  if (schema === null) return {}
  return isJsonMediaType(mediaType) ? { schema, example: exampleOf(schema, root) } : { schema }
}
