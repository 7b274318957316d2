import { isRecord } from '../../base/plain/is-record.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'
import type { ActionFlag } from './argv.ts'
import type { Shape } from './shapes.ts'

const MAX_DEPTH = 4
/** Values in one example. */
const MAX_VALUES = 100

/** What stands for a value in a usage line (CLI-9). */
export function placeholderOf(flag: ActionFlag): string {
  if (flag.list !== 'json') return flag.list === 'commas' ? '<item,item>' : '<item>'
  switch (shapeOf(flag)?.kind) {
    case 'integer':
      return '<integer>'
    case 'number':
      return '<number>'
    case 'boolean':
      return '<true|false>'
    case 'array':
      return '<json array>'
    case 'object':
      return '<json object>'
    default:
      return '<string>'
  }
}

/** JSON type of an argument, as `actions describe --json` names it (CLI-10). */
export function flagType(flag: ActionFlag): string {
  const kind = shapeOf(flag)?.kind ?? 'any'
  return kind === 'any' ? 'string' : kind
}

/** Text of a value that fits the schema, so that the printed command can be tried (CLI-10). */
export function flagExample(flag: ActionFlag): string {
  const value = exampleValue(flag.schema, shapeOf(flag)?.kind ?? 'any', {
    depth: 0,
    left: MAX_VALUES,
  })
  if (flag.list !== 'json' && Array.isArray(value)) return listExample(flag, value)
  if (typeof value === 'string') return value
  if (typeof value === 'number' && shapeOf(flag)?.kind === 'number' && Number.isInteger(value)) {
    return value.toFixed(1)
  }
  return JSON.stringify(value)
}

function listExample({ list }: ActionFlag, items: readonly unknown[]): string {
  const texts = items.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))
  return list === 'commas' ? texts.join(',') : (texts[0] ?? '')
}

function shapeOf({ shapes }: ActionFlag): Shape | undefined {
  return shapes.find(({ kind }) => kind !== 'null') ?? shapes[0]
}

/** Where an example is being made, and how many values it may still have. */
interface Making {
  depth: number
  left: number
}

function exampleValue(schema: JsonSchema, kind: unknown, making: Making): unknown {
  making.left--
  const { examples, enum: values, minimum, items } = schema
  if (Array.isArray(examples) && isOf(examples[0], kind)) return examples[0]
  if ('default' in schema && isOf(schema['default'], kind)) return schema['default']
  if (Array.isArray(values)) return values[0]
  if ('const' in schema) return schema['const']
  switch (kind) {
    case 'integer':
    case 'number':
      return typeof minimum === 'number' ? Math.max(1, minimum) : 1
    case 'boolean':
      return true
    case 'array':
      return isRecord(items) && making.depth < MAX_DEPTH
        ? [within(making, () => exampleValue(items, items['type'], making))]
        : []
    case 'object':
      return exampleObject(schema, making)
    case 'null':
      return null
    default:
      return 'example'
  }
}

function exampleObject(schema: JsonSchema, making: Making): unknown {
  const { properties, required } = schema
  if (!isRecord(properties) || !Array.isArray(required) || making.depth >= MAX_DEPTH) return {}
  const members: (readonly [string, unknown])[] = []
  // A name may be listed as often as a remote likes, and at each level its members with it.
  for (const name of new Set<unknown>(required)) {
    if (making.left <= 0) break
    if (typeof name !== 'string' || !Object.hasOwn(properties, name)) continue
    const member = properties[name]
    const value = isRecord(member)
      ? within(making, () => exampleValue(member, member['type'], making))
      : 'example'
    members.push([name, value])
  }
  return Object.fromEntries(members)
}

function within<Value>(making: Making, make: () => Value): Value {
  making.depth++
  const value = make()
  making.depth--
  return value
}

function isOf(value: unknown, kind: unknown): boolean {
  switch (kind) {
    case 'integer':
      return Number.isInteger(value)
    case 'array':
      return Array.isArray(value)
    case 'object':
      return isRecord(value)
    case 'any':
      return value !== undefined
    default:
      return typeof value === kind
  }
}
