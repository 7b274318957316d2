import type { JsonSchema } from '../contract/schema.ts'
import { exampleOf } from './example.ts'
import type { Operation } from './operations.ts'
import { PROBLEM_MEDIA_TYPE, PROBLEM_REFERENCE } from './problem-schema.ts'
import type { BodyShape, ParameterShape } from './request-shape.ts'
import type { SuccessResponse } from './success-responses.ts'

/** OpenAPI says readers ignore header parameters of these names: other fields describe them. */
const DESCRIBED_ELSEWHERE: ReadonlySet<string> = new Set([
  'accept',
  'authorization',
  'content-type',
])

/**
 * The Operation Object of one action. `x-trefoil-needs-approval` is about any surface.
 *
 * @param root the document that references of schemas lead into, for examples
 */
export function openApiOperation(operation: Operation, root: JsonSchema): JsonSchema {
  const { action, body } = operation
  const parameters = operation.parameters.filter(
    ({ in: place, name }) => place !== 'header' || !DESCRIBED_ELSEWHERE.has(name.toLowerCase()),
  )
  return {
    operationId: operation.id,
    summary: operation.summary,
    ...(action.description !== null && { description: action.description }),
    ...(action.tags.length > 0 && { tags: action.tags }),
    ...(action.deprecated && { deprecated: true }),
    ...(parameters.length > 0 && { parameters: parameters.map(parameter) }),
    ...(body !== null && { requestBody: requestBody(body, root) }),
    responses: responses(operation, root),
    security: operation.requiresAuth ? [{ bearerAuth: [] }] : [],
    'x-trefoil-tool': action.exposed.mcp,
    'x-trefoil-cli': action.exposed.cli,
    'x-trefoil-needs-approval': operation.needsApproval,
  }
}

function parameter({
  in: place,
  name,
  required,
  description,
  deprecated,
  schema,
}: ParameterShape): JsonSchema {
  return {
    name,
    in: place,
    required,
    ...(description !== null && { description }),
    ...(deprecated && { deprecated }),
    schema,
  }
}

function requestBody(
  { mediaType, required, description, schema }: BodyShape,
  root: JsonSchema,
): JsonSchema {
  return {
    ...(description !== null && { description }),
    required,
    content: { [mediaType]: withExample(mediaType, schema, root) },
  }
}

function responses({ successes, problems }: Operation, root: JsonSchema): JsonSchema {
  const problem = { [PROBLEM_MEDIA_TYPE]: { schema: PROBLEM_REFERENCE } }
  return Object.fromEntries([
    ...successes.map((response) => [response.status, success(response, root)]),
    ...problems.map(({ status, description }) => [status, { description, content: problem }]),
  ])
}

function success({ description, content }: SuccessResponse, root: JsonSchema): JsonSchema {
  if (content === null) return { description }
  const { mediaType, schema } = content
  return { description, content: { [mediaType]: withExample(mediaType, schema, root) } }
}

/** Only JSON has examples that can be read off its schema. */
function withExample(mediaType: string, schema: JsonSchema, root: JsonSchema): JsonSchema {
  return mediaType === 'application/json'
    ? { schema, example: exampleOf(schema, root) }
    : { schema }
}
