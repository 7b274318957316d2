// The list of W5r as a Standard Schema on TypeBox and exact-mirror, which is what Elysia holds its
// answers to: the same validator on both sides shows what the frameworks themselves cost.
import { Type } from '@sinclair/typebox'
import { TypeCompiler } from '@sinclair/typebox/compiler'
import { createMirror } from 'exact-mirror'

export function orderListSchema() {
  const integer = Type.Number({ multipleOf: 1 })
  const list = Type.Array(
    Type.Object({
      order_id: Type.String(),
      customer_id: Type.String(),
      sku: Type.String(),
      quantity: integer,
      status: Type.String(),
      total_cents: integer,
    }),
  )
  const compiled = TypeCompiler.Compile(list)
  const clean = createMirror(list, { TypeCompiler })
  return {
    '~standard': {
      version: 1,
      vendor: 'typebox',
      validate: (value) =>
        compiled.Check(value)
          ? { value: clean(value) }
          : { issues: [...compiled.Errors(value)].map(({ message }) => ({ message })) },
      jsonSchema: { input: () => list, output: () => list },
    },
  }
}
