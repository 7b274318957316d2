import type { Action } from '../../contract/call/action.ts'
import type { ParamSpec } from '../../contract/params/param-spec.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import type { SchemaComponents } from '../schema/schema-components.ts'

/** An argument that travels outside the body. */
export interface ParameterShape {
  readonly in: 'path' | 'query' | 'header' | 'cookie'
  /** Name on the wire. */
  readonly name: string
  readonly required: boolean
  readonly description: string | null
  readonly deprecated: boolean
  readonly schema: JsonSchema
  /** True for a list in one text, with commas. */
  readonly commas?: boolean
}

export interface BodyShape {
  readonly mediaType:
    | 'application/json'
    | 'application/x-www-form-urlencoded'
    | 'multipart/form-data'
  /** Taken as well, with the same members. */
  readonly also?: 'application/x-www-form-urlencoded'
  readonly required: boolean
  readonly description: string | null
  readonly schema: JsonSchema
}

/** What the stage `approval` reads on HTTP. */
const APPROVAL_TOKEN: ParameterShape = {
  in: 'header',
  name: 'approval-token',
  required: false,
  description:
    'Approval of exactly these arguments. Without it the answer is 409, with `arguments_hash`.',
  deprecated: false,
  schema: { type: 'string' },
}

/** What the stage `answers` reads on HTTP. */
const ANSWERS: readonly ParameterShape[] = [
  {
    in: 'header',
    name: 'request-state',
    required: false,
    description: '`request_state` of a 409 with `questions`, with the answers to them.',
    deprecated: false,
    schema: { type: 'string' },
  },
  {
    in: 'header',
    name: 'request-answers',
    required: false,
    description:
      'Answers to those questions: JSON by key, each `{"action":"accept","content":{…}}`, or `decline` or `cancel`.',
    deprecated: false,
    schema: { type: 'string', contentMediaType: 'application/json' },
  },
]

/** Parameters outside the body, under their wire names, in declaration order (DOCS-3). */
export function parameterShapes(
  action: Action,
  components: SchemaComponents,
  operationId: string,
): readonly ParameterShape[] {
  const declared = action.params.flatMap((param): ParameterShape[] => {
    const { source } = param
    if (!isOutsideBody(source)) return []
    const shape = {
      in: source,
      name: param.wire,
      required: source === 'path' || param.required,
      description: descriptionOf(param),
      deprecated: param.jsonSchema.deprecated === true,
      schema: components.add(param.jsonSchema, `${operationId}_${param.name}`, 'input'),
      commas: param.commas === true,
    }
    return [shape]
  })
  const ours = [...(action.approval.api ? [APPROVAL_TOKEN] : []), ...(action.asks ? ANSWERS : [])]
  const isDeclared = ({ name }: ParameterShape): boolean =>
    declared.some((shape) => shape.in === 'header' && shape.name === name)
  return [...declared, ...ours.filter((shape) => !isDeclared(shape))]
}

function isOutsideBody(source: ParamSpec['source']): source is ParameterShape['in'] {
  return source === 'path' || source === 'query' || source === 'header' || source === 'cookie'
}

/** The request body; `null` when the action reads none (DOCS-4). */
export function bodyShape(
  action: Action,
  components: SchemaComponents,
  operationId: string,
): BodyShape | null {
  const { params } = action
  const add = (param: ParamSpec): JsonSchema =>
    components.add(param.jsonSchema, `${operationId}_${param.name}`, 'input')
  const whole = params.find((param) => param.source === 'body')
  if (whole) {
    return {
      mediaType: 'application/json',
      required: whole.required,
      description: descriptionOf(whole),
      schema: add(whole),
    }
  }
  const forms = params.filter(({ source }) => source === 'form' || isUpload(source))
  if (forms.length > 0) {
    const multipart = forms.some(({ source }) => isUpload(source))
    const mediaType = multipart ? 'multipart/form-data' : 'application/x-www-form-urlencoded'
    return objectBody(mediaType, forms, (param) =>
      isUpload(param.source) ? upload(param) : add(param),
    )
  }
  const fields = params.filter((param) => param.source === 'field')
  if (fields.length === 0) return null
  const body = objectBody('application/json', fields, add)
  return action.forms ? { ...body, also: 'application/x-www-form-urlencoded' } : body
}

function objectBody(
  mediaType: BodyShape['mediaType'],
  members: readonly ParamSpec[],
  schemaOf: (param: ParamSpec) => JsonSchema,
): BodyShape {
  const properties = members.map((param) => [param.wire, describeMember(param, schemaOf(param))])
  const required = members.filter((param) => param.required).map((param) => param.wire)
  return {
    mediaType,
    required: required.length > 0,
    description: null,
    schema: {
      type: 'object',
      properties: Object.fromEntries(properties),
      ...(required.length > 0 && { required }),
      additionalProperties: false,
    },
  }
}

function describeMember({ description }: ParamSpec, schema: JsonSchema): JsonSchema {
  return description === null ? schema : { ...schema, description }
}

function isUpload(source: ParamSpec['source']): boolean {
  return source === 'file' || source === 'files'
}

function upload(param: ParamSpec): JsonSchema {
  const file = { type: 'string', format: 'binary', contentMediaType: 'application/octet-stream' }
  return param.source === 'file' ? file : { type: 'array', items: file }
}

function descriptionOf({ description, jsonSchema }: ParamSpec): string | null {
  if (description !== null) return description
  const own = jsonSchema.description
  return typeof own === 'string' ? own : null
}
