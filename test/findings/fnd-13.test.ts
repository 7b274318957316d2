// inputGuard() without its input ran before binding with `{}` and passed; seal(p, { exp_seconds: 3600 })
// made a cookie that never expires.

import { createApp } from 'trefoil'
import { AuthContext, guard, inputGuard, requireAuth } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { HANDLES, NOT_CALLED, OPTION_USES } from './option-uses.ts'
import { type OptionsPlace, optionsAtDoors } from './options-at-doors.ts'

const places = new Map(
  optionsAtDoors(HANDLES)
    .map((place) => [`${place.at} ${place.type}`, place] as const)
    .filter(([key]) => !NOT_CALLED.test(key)),
)

describe('FND-13: every options object at every door', () => {
  test('is in the table, and nothing else is', () => {
    expect(Object.keys(OPTION_USES).sort()).toEqual([...places.keys()].sort())
  })

  test.each(Object.keys(OPTION_USES))('%s refuses a name that nobody reads', async (key) => {
    const { use, good } = OPTION_USES[key] as (typeof OPTION_USES)[string]
    const [wrong, right] = misspelt(places.get(key) as OptionsPlace)
    const message = await refusal(() => use({ ...good, [wrong]: undefined }))
    expect(message).toContain(`'${wrong}'`)
    expect(message).toContain(`did you mean '${right}'?`)
    expect(await refusal(() => use({ ...good, nobodyReadsThis: 1 }))).toContain("'nobodyReadsThis'")
  })

  test.each(Object.keys(OPTION_USES))('%s takes what it knows', async (key) => {
    const { use, good } = OPTION_USES[key] as (typeof OPTION_USES)[string]
    expect(await refusal(() => use({ ...good }))).toBe('nothing was refused')
  })

  test('arguments of what takes none are refused', () => {
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => requireAuth({ scopes: ['orders:read'] })).toThrow('hasScope')
  })
})

/** The longest name without its last letter: one that nobody can have meant otherwise. */
function misspelt({ names }: OptionsPlace): readonly [wrong: string, right: string] {
  const [right = ''] = [...names].sort((left, right) => right.length - left.length)
  return [right.slice(0, -1), right]
}

async function refusal(use: () => unknown): Promise<string> {
  try {
    await use()
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
  return 'nothing was refused'
}

describe('FND-13: arguments before they are bound', () => {
  function app(needsInput: boolean) {
    const logged: unknown[] = []
    const logger = {
      debug() {},
      info() {},
      warn() {},
      error: (fields: unknown) => logged.push(fields),
    }
    const site = createApp({
      env: {},
      log: { logger },
      auth: [
        {
          authenticate: (_request) => new AuthContext({ subject: 'ada' }),
          surfaces: ['api', 'mcp', 'cli'],
        },
      ],
    })
    const isOwner = (needsInput ? inputGuard : guard)({
      name: 'IsOwner',
      check: (_, call) => call.args['owner'] !== 'eve',
    })
    for (const [name, params] of [
      ['with', { owner: z.string() }],
      ['without', {}],
    ] as const) {
      site.get(
        `/${name}`,
        {
          name,
          description: 'One.',
          tool: true,
          cli: true,
          guards: [isOwner],
          params,
        },
        () => 'passed',
      )
    }
    return { client: testClient(site), logged }
  }

  test.each(['with', 'without'])(
    'throw in a guard that does not say it reads them: %s',
    async (name) => {
      const { client, logged } = app(false)
      const args = name === 'with' ? { owner: 'ada' } : {}
      expect((await client.http.get(`/${name}`, { params: args })).status).toBe(403)
      const answer = await client.mcp.callTool(name, args)
      expect(JSON.stringify(answer.message)).toContain('ACCESS_DENIED')
      expect(await client.cli.call(name, args)).toMatchObject({ status_code: 403 })
      expect(await client.cli.call(name, args, { local: true })).toMatchObject({ status_code: 403 })
      expect(logged).toHaveLength(4)
      for (const fields of logged) {
        expect(String((fields as { err: unknown }).err)).toContain('inputGuard({ … })')
      }
    },
  )

  test.each(['with', 'without'])('are there for one that does: %s', async (name) => {
    const { client, logged } = app(true)
    const args = name === 'with' ? { owner: 'ada' } : {}
    expect((await client.http.get(`/${name}`, { params: args })).text).toBe('passed')
    expect(logged).toEqual([])
  })
})
