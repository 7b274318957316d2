import type { Catalogue } from '../../contract/call/catalogue.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import type { AboutApp } from './about-app.ts'
import { openApiOperation } from './openapi-operation.ts'
import { type Operation, operationsOf } from './operations.ts'
import { type SecurityEntry, securityEntries } from './security-entries.ts'
import { tagsInOrder } from './tags.ts'

/** Options of {@link openApiDocument}. */
export interface OpenApiOptions extends AboutApp {
  /** Where the app is reached, such as `https://api.example.com`; default: where the document is. */
  readonly serverUrl?: string
}

/** The fixed fields of a path item; OpenAPI 3.1 has no place for any other method. */
const METHODS: ReadonlySet<string> = new Set([
  'GET',
  'PUT',
  'POST',
  'DELETE',
  'OPTIONS',
  'HEAD',
  'PATCH',
  'TRACE',
])

/**
 * The OpenAPI 3.1.1 document of an app: every HTTP action with its parameters, body, answers,
 * failures and security (DOCS-2…6, W-34). Holds nothing that depends on the caller.
 */
export function openApiDocument(catalogue: Catalogue, options: OpenApiOptions = {}): JsonSchema {
  const { operations, schemas } = operationsOf(catalogue)
  const listed = operations.filter((operation) => METHODS.has(operation.method))
  const isSecured = catalogue.covered.api || listed.some((operation) => operation.requiresAuth)
  const security = securityEntries(isSecured, options.schemes)
  const tags = tagsInOrder(
    listed.flatMap((operation) => operation.action.tags),
    options.tags,
  )
  return {
    openapi: '3.1.1',
    info: {
      title: catalogue.name || 'Trefoil API',
      version: catalogue.version,
      ...(catalogue.description !== null && { description: catalogue.description }),
    },
    ...(options.serverUrl !== undefined && { servers: [{ url: options.serverUrl }] }),
    ...(tags.length > 0 && { tags }),
    paths: pathItems(listed, { components: { schemas } }, security),
    components: {
      schemas,
      ...(security.length > 0 && {
        securitySchemes: Object.fromEntries(security.map(({ name, scheme }) => [name, scheme])),
      }),
    },
  }
}

function pathItems(
  operations: readonly Operation[],
  root: JsonSchema,
  security: readonly SecurityEntry[],
): JsonSchema {
  const items = new Map<string, [method: string, operation: JsonSchema][]>()
  for (const operation of operations) {
    const item = items.get(operation.path) ?? []
    item.push([operation.method.toLowerCase(), openApiOperation(operation, root, security)])
    items.set(operation.path, item)
  }
  return Object.fromEntries([...items].map(([path, item]) => [path, Object.fromEntries(item)]))
}
