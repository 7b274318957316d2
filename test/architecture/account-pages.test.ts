import { globSync, readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { FLOW_GRAPH } from '../../packages/trefoil/src/features/accounts/flow-graph.ts'
import {
  FORM_GRAPH,
  PAGE_GRAPH,
} from '../../packages/trefoil/src/features/accounts/pages/page-graph.ts'

const ROOM = 'packages/trefoil/src/features/accounts/pages'
/** What has a rule of accounts in it: pages take steps, which have them. */
const RULES =
  /\b(?:sessions\.(?:begin|end|endAll|signOut|refresh)|locks\.|passwords\.|challenges\.|mails\.|data\.(?:db|unit|statements)|steps\.(?:issue|consume)|accounts\.(?:change|create|claim|remove))/

it('MFA-1: no page begins a session, counts a try, hashes, sends or writes by itself', () => {
  const files = globSync(`${ROOM}/**/*.ts`).filter((file) => !/\.test\.ts$|\/texts\//.test(file))
  expect(files.length).toBeGreaterThan(20)
  expect(files.filter((file) => RULES.test(readFileSync(file, 'utf8')))).toEqual([])
})

it('every form takes a step there is, and stands on a page there is', () => {
  const steps = FLOW_GRAPH.map(({ name }) => name)
  const pages = PAGE_GRAPH.map(({ name }) => name)
  for (const { name, steps: needed, form } of PAGE_GRAPH) {
    for (const step of [...needed, ...(form === undefined ? [] : [form.step])]) {
      expect([name, steps]).toEqual([name, expect.arrayContaining([step])])
    }
  }
  for (const { name, of, step } of FORM_GRAPH) {
    expect([name, pages, steps]).toEqual([
      name,
      expect.arrayContaining([of]),
      expect.arrayContaining([step]),
    ])
  }
})

it('no two of them have an address or a name', () => {
  const all = [...PAGE_GRAPH, ...FORM_GRAPH]
  expect(new Set(PAGE_GRAPH.map(({ name }) => name)).size).toBe(PAGE_GRAPH.length)
  expect(new Set(all.map(({ path }) => path)).size).toBe(all.length)
})
