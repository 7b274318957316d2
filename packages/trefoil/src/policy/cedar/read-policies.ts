import {
  checkParseEntities,
  checkParseSchema,
  type DetailedError,
  type EntityJson,
  policySetTextToParts,
  policyToJson,
  preparsePolicySet,
  preparseSchema,
  type Schema,
  validate,
} from '@cedar-policy/cedar-wasm/nodejs'
import { deepFreeze } from '../../base/plain/freeze.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

/** Policies that Cedar has read and keeps under a name. */
export interface ReadPolicies {
  readonly set: string
  /** Name of the schema; `null` for none. */
  readonly schema: string | null
  readonly entities: readonly EntityJson[]
  readonly ids: readonly string[]
}

let sets = 0

/**
 * Reads and checks all there is, so that a mistake stops the start and not a call.
 *
 * @throws ImproperlyConfigured with what Cedar says of it
 */
export function readPolicies(policies: unknown, schema: unknown, entities: unknown): ReadPolicies {
  const byId = policiesById(policies)
  const checked = schema === undefined ? null : readSchema(schema)
  const given = readEntities(entities, checked)
  const staticPolicies = Object.fromEntries(byId)
  if (checked !== null) {
    const answer = validate({ schema: checked, policies: { staticPolicies } })
    if (answer.type === 'failure') throw refused('policies', answer.errors)
    const { validationErrors, validationWarnings, otherWarnings } = answer
    // A policy that can never hold, or a name of look-alike letters, is a mistake as well.
    const found = [...validationErrors, ...validationWarnings].map(({ error }) => error)
    if (found.length + otherWarnings.length > 0) {
      throw refused('policies', [...found, ...otherWarnings])
    }
  }
  const set = `trefoil-${++sets}`
  const parsed = preparsePolicySet(set, { staticPolicies })
  if (parsed.type === 'failure') throw refused('policies', parsed.errors)
  if (checked !== null) {
    const kept = preparseSchema(set, checked)
    if (kept.type === 'failure') throw refused('schema', kept.errors)
  }
  const ids = Object.freeze([...byId.keys()])
  return Object.freeze({ set, schema: checked === null ? null : set, entities: given, ids })
}

/** By `@id("…")`, or their number: what `explain` names has to be found again. */
function policiesById(policies: unknown): ReadonlyMap<string, string> {
  if (typeof policies !== 'string' || policies.trim() === '') {
    throw new ImproperlyConfigured(
      `cedar(): policies must be text in Cedar's language, got ${shownValue(policies)}`,
    )
  }
  const parts = policySetTextToParts(policies)
  if (parts.type === 'failure') throw refused('policies', parts.errors)
  if (parts.policy_templates.length > 0) {
    throw new ImproperlyConfigured('cedar(): policies has a template, which nothing fills in')
  }
  const byId = new Map<string, string>()
  parts.policies.forEach((text, index) => {
    const json = policyToJson(text)
    if (json.type === 'failure') throw refused('policies', json.errors)
    const id = json.json.annotations?.['id'] ?? `policy${index}`
    if (byId.has(id)) throw new ImproperlyConfigured(`cedar(): two policies have the id '${id}'`)
    byId.set(id, text)
  })
  if (byId.size === 0) throw new ImproperlyConfigured('cedar(): policies has no policy in it')
  return byId
}

function readSchema(value: unknown): Schema {
  if ((typeof value !== 'string' || value.trim() === '') && !isRecord(value)) {
    throw new ImproperlyConfigured(
      `cedar(): schema must be text or an object in Cedar's language, got ${shownValue(value)}`,
    )
  }
  // Cedar itself says what is wrong with it.
  const schema = (isRecord(value) ? structuredClone(value) : value) as Schema
  const answer = checkParseSchema(schema)
  if (answer.type === 'failure') throw refused('schema', answer.errors)
  return schema
}

function readEntities(value: unknown, schema: Schema | null): readonly EntityJson[] {
  if (value === undefined) return Object.freeze([])
  if (!Array.isArray(value)) {
    throw new ImproperlyConfigured(`cedar(): entities must be a list, got ${shownValue(value)}`)
  }
  const entities = structuredClone(value) as EntityJson[]
  const answer = checkParseEntities(schema === null ? { entities } : { entities, schema })
  if (answer.type === 'failure') throw refused('entities', answer.errors)
  return deepFreeze(entities)
}

function refused(option: string, errors: readonly DetailedError[]): ImproperlyConfigured {
  const said = errors.map(({ message, help }) => {
    // Cedar shows the text it stumbled over, and a secret may stand in the wrong place (FND-38).
    const told = message.replaceAll(/string "(?:[^"\\]|\\.)*"/gs, 'text')
    return help === null ? told : `${told} (${help})`
  })
  return new ImproperlyConfigured(`cedar(): ${option}: ${said.join('; ')}`)
}
