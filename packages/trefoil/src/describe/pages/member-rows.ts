import { isRecord } from '../../base/plain/is-record.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import type { Row } from './value-table.ts'

/** The members of an object schema as rows; `null` for any other schema. */
export function memberRows({ properties, required }: JsonSchema): readonly Row[] | null {
  if (!isRecord(properties)) return null
  const needed: readonly unknown[] = Array.isArray(required) ? required : []
  return Object.entries(properties).map(([name, member]) => {
    const schema = isRecord(member) ? member : {}
    const { description } = schema
    return {
      name,
      notes: [needed.includes(name) ? 'required' : 'optional'],
      schema,
      description: typeof description === 'string' ? description : null,
    }
  })
}
