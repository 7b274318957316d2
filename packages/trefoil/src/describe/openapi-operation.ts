import type { JsonSchema } from '../contract/schema.ts'
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

/** The Operation Object of one action. `x-trefoil-needs-approval` is about any surface. */
export function openApiOperation(operation: Operation): JsonSchema {
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
    ...(body !== null && { requestBody: requestBody(body) }),
    responses: responses(operation),
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

function requestBody({ mediaType, required, description, schema }: BodyShape): JsonSchema {
  return {
    ...(description !== null && { description }),
    required,
    content: { [mediaType]: { schema } },
  }
}

function responses({ successes, problems }: Operation): JsonSchema {
  const problem = { [PROBLEM_MEDIA_TYPE]: { schema: PROBLEM_REFERENCE } }
  return Object.fromEntries([
    ...successes.map((response) => [response.status, success(response)]),
    ...problems.map(({ status, description }) => [status, { description, content: problem }]),
  ])
}

function success({ description, content }: SuccessResponse): JsonSchema {
  if (content === null) return { description }
  return { description, content: { [content.mediaType]: { schema: content.schema } } }
}
