import { expect, test } from 'vitest'
import { z } from 'zod'
import { path } from '../../../contract/params/params.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { compileParams } from '../compile-params.ts'

const SITE = {
  where: 'Route GET /x/{id:bigint}',
  method: 'GET',
  pathNames: ['id'],
  intNames: [],
  bigintNames: ['id'],
  agents: true,
}

function compiled(declared: Parameters<typeof compileParams>[0]) {
  const [param] = compileParams(declared, SITE).params
  if (param === undefined || param.schema === null) throw new Error('no parameter')
  return { param, schema: param.schema['~standard'] }
}

test('ROUTE-5: undeclared, it is digits as text on the wire and a bigint in the handler', async () => {
  const { param, schema } = compiled({})
  expect(param).toMatchObject({
    source: 'path',
    text: ['string'],
    required: true,
    jsonSchema: { type: 'string', pattern: '^(?:0|[1-9][0-9]*)$' },
  })
  const digits = '9'.repeat(40)
  expect(await schema.validate(digits)).toEqual({ value: BigInt(digits) })
  expect(await schema.validate('0')).toEqual({ value: 0n })
  for (const wrong of ['', '007', '-1', '+1', ' 1', '1.0', '1e3', '٣', '0x1', 7, 7n, null]) {
    expect(await schema.validate(wrong)).toMatchObject({ issues: [{ message: /digits/ }] })
  }
})

test('ROUTE-5: a schema of bigints judges the value, and needs no JSON Schema', async () => {
  const positive = z.bigint().positive()
  for (const declared of [{ id: positive }, { id: path(positive, { description: 'Number.' }) }]) {
    const { param, schema } = compiled(declared)
    expect(await schema.validate('5')).toEqual({ value: 5n })
    expect(await schema.validate('0')).toHaveProperty('issues')
    expect(param.jsonSchema).toMatchObject({ type: 'string' })
  }
  const late = z.bigint().refine(async (value) => value !== 1n)
  expect(await compiled({ id: late }).schema.validate('2')).toEqual({ value: 2n })
})

test('BIND-3: a schema of anything else can never fit', () => {
  for (const schema of [z.string(), z.int(), z.number()]) {
    expect(() => compiled({ id: schema })).toThrow(ImproperlyConfigured)
    expect(() => compiled({ id: schema })).toThrow(
      "Route GET /x/{id:bigint}, parameter 'id': the path says bigint, but its schema takes something else",
    )
  }
})

test('W-33: elsewhere a bigint has no JSON form', () => {
  const site = { ...SITE, pathNames: [], bigintNames: [] }
  expect(() => compileParams({ id: z.bigint() }, site)).toThrow(
    /parameter 'id': its schema has no JSON form \(.*\); pass \{ jsonSchema \} in a marker/,
  )
})

test.each([[['id']], [[]]])(
  'BIND-3: in a path that says another type, it says which',
  (intNames) => {
    const site = { ...SITE, intNames, bigintNames: [] }
    const key = path(z.bigint(), { alias: 'id' })
    for (const declared of [{ id: z.bigint().positive() }, { key }]) {
      expect(() => compileParams(declared, site)).toThrow(
        /: its schema has no JSON form \(.*\); write \{id:bigint\} in the path$/,
      )
    }
  },
)
