import { type JsonSchema, jsonSchemaOf, type Schema } from '../../contract/params/schema.ts'
import { type TextKinds, textKinds } from '../../contract/params/text-kinds.ts'
import { type Absence, tellAbsence } from '../compile/absence.ts'
import { startOf } from '../compile/input-side.ts'
import { isSecretField } from './secret-field.ts'

/** One setting, as it was declared. */
export interface SettingField {
  readonly name: string
  readonly variable: string
  readonly schema: Schema
  readonly isSecret: boolean
  /** How its text is read: a scalar or a list of them, `json`, or `text` as it stands. */
  readonly text: TextKinds | 'json' | 'text'
  /** The words it takes, where these are all it takes. */
  readonly words: readonly string[] | null
  /** What stands in for a variable that is not set. */
  readonly absence: Absence
  /** In the words of its schema. */
  readonly description: string | null
}

/** What a field is, worked out once. */
export function settingField(name: string, variable: string, schema: Schema): SettingField {
  if (isSecretField(schema)) {
    const answer = schema['~standard'].validate(undefined)
    const isOptional = 'issues' in answer ? answer.issues === undefined : true
    const absence = isOptional ? undefined : 'refused'
    const rest = { text: 'text', words: null, description: null } as const
    return { name, variable, schema, isSecret: true, absence, ...rest }
  }
  const json = documentOf(schema)
  const { absence, isAssumed } = tellAbsence(schema, json)
  return {
    name,
    variable,
    schema,
    isSecret: false,
    text: json === null ? 'text' : (textKinds(json) ?? 'json'),
    words: wordsOf(json),
    // A transform behind it, which may answer later as far as anybody knows, changes nothing of that.
    absence: isAssumed && startOf(schema) === 'optional' ? undefined : absence,
    description: typeof json?.['description'] === 'string' ? json['description'] : null,
  }
}

/** Libraries without JSON Schema, and types that JSON has not, are handed the text as it stands. */
function documentOf(schema: Schema): JsonSchema | null {
  try {
    return jsonSchemaOf(schema, 'input')
  } catch {
    return null
  }
}

function wordsOf(json: JsonSchema | null): readonly string[] | null {
  const values: unknown =
    json?.['enum'] ?? (json !== null && 'const' in json ? [json['const']] : null)
  if (!Array.isArray(values)) return null
  return values.every((value) => typeof value === 'string') ? values : null
}
