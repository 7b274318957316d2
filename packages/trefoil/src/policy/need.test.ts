import { describe, expect, test } from 'vitest'
import { AuthContext, type Identity } from '../contract/auth/auth-context.ts'
import { type AgentWrites, CALLER_CLASSES, type NeedTable } from '../contract/call/need.ts'
import { NO_SURFACE, type PerSurface } from '../contract/call/surface-name.ts'
import { callerClass, need, needsOn, needTable } from './need.ts'

const AGENTS: PerSurface = { api: false, mcp: true, cli: true }
const ALL: PerSurface = { api: true, mcp: true, cli: true }

/** `<asks>/<changes>/<agentWrites>`, then `person unknown agent nobody` on api, and on mcp and cli. */
const TABLE: readonly (readonly [
  asks: 'none' | 'true' | 'all',
  changes: boolean,
  agentWrites: AgentWrites,
  api: string,
  agents: string,
])[] = [
  // -: none, a: approve, d: deny
  ['none', true, 'allow', '----', '----'],
  ['none', true, 'approve', '-aa-', 'aaa-'],
  ['none', true, 'deny', '-dd-', 'ddd-'],
  ['none', false, 'allow', '----', '----'],
  ['none', false, 'approve', '----', '----'],
  ['none', false, 'deny', '----', '----'],
  // The sources: whoever nobody can tell is taken for a person at the API.
  ['true', true, 'allow', '--a-', 'aaaa'],
  ['true', false, 'allow', '--a-', 'aaaa'],
  ['true', true, 'approve', '-aa-', 'aaaa'],
  ['true', false, 'approve', '-aa-', 'aaaa'],
  // What an action says of itself stands before what the app says of all of them.
  ['true', true, 'deny', '-aa-', 'aaaa'],
  ['all', true, 'allow', 'aaaa', 'aaaa'],
  ['all', false, 'deny', 'aaaa', 'aaaa'],
]

const SHORT = { none: '-', confirm: 'c', approve: 'a', deny: 'd' } as const
const KNOWN = { isPublic: false, isCovered: true }
const PUBLIC = { isPublic: true, isCovered: true }
const UNCOVERED = { isPublic: false, isCovered: false }
const shown = (table: NeedTable) =>
  CALLER_CLASSES.map((caller) => SHORT[table[caller].kind]).join('')
const EVERYBODY = { none: NO_SURFACE, true: AGENTS, all: ALL }

describe('approvals.md §2: what is needed, whoever calls', () => {
  test.each(TABLE)(
    'needsApproval %s, changes %s, agentWrites %s',
    (asks, changes, agentWrites, api, agents) => {
      const rules = { asks: asks !== 'none', everybody: EVERYBODY[asks], changes, agentWrites }
      for (const [surface, expected] of [
        ['api', api],
        ['mcp', agents],
        ['cli', agents],
      ] as const) {
        const [person, unknown, agent, nobody] = expected
        expect(shown(needTable(rules, surface, KNOWN))).toBe(
          `${person}${unknown}${agent}${unknown}`,
        )
        expect(shown(needTable(rules, surface, PUBLIC))).toBe(`${nobody}`.repeat(4))
        expect(shown(needTable(rules, surface, UNCOVERED))).toBe(`${unknown}`.repeat(4))
      }
    },
  )

  test('it says which option asks', () => {
    const rules = { asks: true, everybody: NO_SURFACE, changes: true, agentWrites: 'deny' } as const
    expect(needTable(rules, 'mcp', KNOWN).agent).toEqual({ kind: 'approve', rule: 'needsApproval' })
    expect(needTable({ ...rules, asks: false }, 'mcp', KNOWN).agent).toEqual({
      kind: 'deny',
      rule: 'agentWrites',
    })
    expect(needTable({ ...rules, asks: false }, 'api', KNOWN).person).toEqual({
      kind: 'none',
      rule: null,
    })
  })
})

describe('DESIGN §3.4: who is an agent', () => {
  const as = (more: Partial<Identity> = {}) => new AuthContext({ subject: 'x', ...more })
  test.each([
    [null, 'nobody'],
    [as(), 'unknown'],
    [as({ kind: 'unknown' }), 'unknown'],
    [as({ kind: 'person' }), 'person'],
    [as({ kind: 'agent' }), 'agent'],
    [as({ kind: 'service' }), 'agent'],
    [as({ kind: 'person', actor: [{ subject: 'bot' }] }), 'agent'],
    [as({ actor: [{ subject: 'someone', kind: 'person' }] }), 'agent'],
    // Roles and claims say nothing of it: whoever makes the token may put anything there.
    [as({ claims: { kind: 'person' }, roles: ['person'] }), 'unknown'],
  ] as const)('%#: %s', (auth, expected) => {
    expect(callerClass(auth)).toBe(expected)
  })

  test('a kind that somebody puts round the constructor is no person', () => {
    const odd = { kind: 'PERSON', actor: [] } as unknown as AuthContext
    expect(callerClass(odd)).toBe('unknown')
  })
})

test('PW-39: only what callers of a surface can be counts for it', () => {
  const rules = { asks: false, everybody: NO_SURFACE, changes: true, agentWrites: 'deny' } as const
  const action = {
    need: {
      api: needTable(rules, 'api', KNOWN),
      mcp: needTable(rules, 'mcp', PUBLIC),
      cli: needTable(rules, 'cli', UNCOVERED),
    },
  }
  expect([...needsOn(action, 'mcp')]).toEqual(['none'])
  expect([...needsOn(action, 'cli')]).toEqual(['deny'])
  expect([...needsOn(action, 'api')]).toEqual(['none', 'deny'])
  expect(need(action, null, 'mcp', {})).toEqual({ kind: 'none', rule: null })
  expect(need(action, null, 'cli')).toEqual({ kind: 'deny', rule: 'agentWrites' })
})
