import { expect, test } from 'vitest'
import { z } from 'zod'
import type { Logger } from '../../contract/call/logger.ts'
import { body, cookie, form, header, type Params, query } from '../../contract/params/params.ts'
import { type App, createApp } from '../create-app.ts'
import { ambiguousApprovals } from './ambiguous-approval.ts'

const silent: Logger = { debug() {}, info() {}, warn() {}, error() {} }
const options = { log: { logger: silent }, env: {}, approval: () => true } as const

function appWith(params: Params, needsApproval = true): App<never> {
  const app = createApp(options)
  app.post(
    '/change',
    { name: 'change', description: 'd', cli: true, needsApproval, params },
    () => 1,
  )
  return app as unknown as App<never>
}

function parametersOf(params: Params): readonly string[] {
  return ambiguousApprovals(appWith(params).catalogue).flatMap(({ parameters }) => parameters)
}

/** The hash an approval of these arguments would be bound to. */
async function hashOf(params: Params, args: Record<string, unknown>): Promise<unknown> {
  const target = appWith(params).localActions({ headers: [] })
  const answer = await target.call({ action: 'change', arguments: args, dry_run: true })
  return 'arguments_hash' in answer ? answer.arguments_hash : answer
}

test.each<[string, z.ZodType]>([
  ['nullish', z.string().nullish()],
  ['anything', z.unknown()],
  ['an object', z.object({}).nullish()],
  ['a union', z.union([z.string(), z.null()]).optional()],
])('APPR-5: %s is absent and null under one hash', async (_, schema) => {
  expect(parametersOf({ other: z.string(), manager: schema })).toEqual(['manager'])
  const params = { manager: schema }
  expect(await hashOf(params, {})).toMatch(/^sha256:/)
  expect(await hashOf(params, {})).toBe(await hashOf(params, { manager: null }))
})

test.each<[string, z.ZodType]>([
  ['required', z.string()],
  ['nullable: absent becomes null', z.string().nullable()],
  ['optional: null is refused', z.string().optional()],
  ['with a default, which is hashed', z.string().nullable().default('nobody')],
  [
    'one value for both',
    z
      .string()
      .nullish()
      .transform((text) => text ?? null),
  ],
  [
    'checked later',
    z
      .string()
      .nullish()
      .refine(async () => true),
  ],
])('APPR-5: %s is not ambiguous', (_, schema) => {
  expect(parametersOf({ manager: schema })).toEqual([])
})

test('APPR-5: members of an object are told apart by the hash', async () => {
  const params = { change: z.object({ manager: z.string().nullish() }) }
  expect(parametersOf(params)).toEqual([])
  expect(await hashOf(params, { change: {} })).not.toBe(
    await hashOf(params, { change: { manager: null } }),
  )
})

test('APPR-5: a whole body counts, and so does one of several fields', () => {
  const manager = z.string().nullish()
  expect(parametersOf({ change: body(manager) })).toEqual(['change'])
  expect(parametersOf({ manager, note: z.string(), deputy: manager })).toEqual([
    'manager',
    'deputy',
  ])
})

test.each([
  ['query', query],
  ['header', header],
  ['cookie', cookie],
  ['form', form],
])('ABIND-6: null is absent where the value travels as text: %s', async (_, mark) => {
  const params = { manager: mark(z.string().nullish()) }
  expect(parametersOf(params)).toEqual([])
})

test('APPR-5: without approval it is nobody’s business', () => {
  const app = appWith({ manager: z.string().nullish() }, false)
  expect(ambiguousApprovals(app.catalogue)).toEqual([])
})

test('APPR-5: start-up says it once an action, naming action, parameters and what to do', async () => {
  const warnings: [unknown, string | undefined][] = []
  const logger: Logger = {
    ...silent,
    warn: (fields, message) => void warnings.push([fields, message]),
  }
  const app = createApp({ ...options, log: { logger }, publicSurfaces: ['api', 'mcp', 'cli'] })
  const optional = z.string().nullish()
  for (const name of ['first', 'second']) {
    app.action(
      name,
      { description: 'd', cli: true, needsApproval: true, params: { a: optional, b: optional } },
      () => 1,
    )
  }
  await app.startup()
  expect(warnings).toEqual([
    [
      { action: 'first', parameters: ['a', 'b'] },
      expect.stringContaining("Action 'first' needs approval"),
    ],
    [{ action: 'second', parameters: ['a', 'b'] }, expect.any(String)],
  ])
  expect(warnings[0]?.[1]).toContain('for: a, b; make each nullable or optional, not both')
})
