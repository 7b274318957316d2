import type { Mutation } from './mutated.ts'

const SRC = 'packages/trefoil/src'
const ENGINE = `${SRC}/engine/asking`
const MODERN = `${SRC}/surfaces/mcp/wire/modern.ts`
const ASKING = ['test/mcp/asking.test.ts']
const STORED = ['test/database/asking.test.ts']
const FAULTS = ['test/mcp/wire-faults.test.ts', `${SRC}/surfaces/mcp/read-envelope.test.ts`]

/** What a call asks for while it runs, what its client keeps in between, and what the answers are worth. */
export const MCP_ASKING: readonly Mutation[] = [
  {
    rule: 'MCP 1.6: a state is bound to its caller',
    file: `${ENGINE}/binding.ts`,
    find: 'state.argumentsHash, caller])',
    replace: 'state.argumentsHash, caller === null])',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a state is bound to the tenant of its caller',
    file: `${ENGINE}/binding.ts`,
    find: '          auth.tenant,\n',
    replace: '',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a state is bound to the issuer of its caller',
    file: `${ENGINE}/binding.ts`,
    find: '          auth.issuer ?? null,\n',
    replace: '',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a state is bound to who acts for its caller',
    file: `${ENGINE}/binding.ts`,
    find: '          auth.actor.map(({ subject }) => subject),\n',
    replace: '',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a state is bound to the arguments of its call',
    file: `${ENGINE}/binding.ts`,
    find: 'argumentsHash(nameAmongAll(state.site.action), argumentsOf(state))',
    replace: 'argumentsHash(nameAmongAll(state.site.action), {})',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a state is bound to its action',
    file: `${ENGINE}/binding.ts`,
    find: 'argumentsHash(nameAmongAll(state.site.action), argumentsOf(state))',
    replace: "argumentsHash('any', argumentsOf(state))",
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a state is bound to its surface',
    file: `${ENGINE}/binding.ts`,
    find: 'site.app.name, site.surface, ',
    replace: 'site.app.name, ',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a state is bound to its app',
    file: `${ENGINE}/binding.ts`,
    find: 'site.app.name, site.surface, ',
    replace: 'site.surface, ',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a state that this server did not give is refused',
    file: `${SRC}/engine/stages/answers.ts`,
    find: "    if (kept === null) return refuse('invalid_request_state')\n",
    replace: '',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a state is worth nothing after its lifetime',
    file: `${ENGINE}/kept.ts`,
    find: 'return isKept(kept) && clock.now() < kept.until ? kept : null',
    replace: 'return isKept(kept) && clock.now() > 0 ? kept : null',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: an answer is of the question that was asked, whatever its key',
    file: `${ENGINE}/asking.ts`,
    find: 'return given.digest === null || given.digest === digest ? given : null',
    replace: 'return given',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a key has one question in a run',
    file: `${ENGINE}/asking.ts`,
    find: 'return before === undefined || before === digest',
    replace: 'return true',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: answers that count once are used up by the first call',
    file: `${ENGINE}/ask-caller.ts`,
    find: '    await spend(state, asking)\n',
    replace: '',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: answers that were used already are refused',
    file: `${ENGINE}/ask-caller.ts`,
    find: "  if ((await asking.spending) !== 'first') {",
    replace: '  if ((await asking.spending) === undefined) {',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: without a state no answer counts once',
    file: `${ENGINE}/ask-caller.ts`,
    find: 'once && asking.id === null ? null : asking.given(key, digest)',
    replace: 'asking.given(key, digest)',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a store of used answers notices the second use',
    file: `${SRC}/identity/seen-once.ts`,
    find: '    if (this.#until.has(id)) return false\n',
    replace: '',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a state of a tool is none of the prompt of its name',
    file: `${ENGINE}/binding.ts`,
    find: 'argumentsHash(nameAmongAll(state.site.action), argumentsOf(state))',
    replace: 'argumentsHash(state.site.facts.name, argumentsOf(state))',
    tests: ASKING,
  },
  {
    rule: 'FND-16: no schema of an answer is asked once its caller was told',
    file: `${ENGINE}/ask-caller.ts`,
    find: '    checkRun()\n    if (',
    replace: '    if (',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a handler that catches its question is no success',
    file: `${SRC}/engine/stages/execute.ts`,
    find: '  if (asked !== null) throw asked\n',
    replace: '',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: what was written before a question that is caught is rolled back',
    file: `${SRC}/engine/stages/execute.ts`,
    find: `      if (asked !== null) {
        discardStream(value)
        throw asked
      }`,
    replace: '      if (asked !== null) discardStream(value)',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: an error handler makes no success of a question',
    file: `${SRC}/engine/ending/conclude.ts`,
    find: '  if (problem === null) return null\n',
    replace: '  if (problem === null || state.hasBegun) return null\n',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: what was written before a question is rolled back',
    file: `${SRC}/engine/ending/conclude.ts`,
    find: `  state.failure = { error: problem }
  return { kind: 'problem', problem }
}

export function told(`,
    replace: `  state.failure = null
  return { kind: 'problem', problem }
}

export function told(`,
    tests: STORED,
  },
  {
    rule: 'MCP 1.6: a client is asked for what it said that it can, and for nothing else',
    file: `${ENGINE}/ask-caller.ts`,
    find: '  if (missing.length === 0) return\n',
    replace: '  if (missing.length < 99) return\n',
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: an action that may need an approval asks nothing',
    file: `${ENGINE}/ask-caller.ts`,
    find: "  if (needs.has('approve') || needs.has('confirm')) {",
    replace: "  if (needs.has('none' as never)) {",
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: nothing is asked before the handler, or once it has answered',
    file: `${ENGINE}/ask-caller.ts`,
    find: "  if (phase !== 'executing' || state.hasReturned) {",
    replace: "  if (phase === ('none' as never)) {",
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a state is none of a method that asks nothing',
    file: MODERN,
    find: "(typeof requestState === 'string' && ASKING.has(method))",
    replace: "typeof requestState === 'string'",
    tests: ASKING,
  },
  {
    rule: 'MCP 1.6: a state is text',
    file: MODERN,
    find: "(typeof requestState === 'string' && ASKING.has(method))",
    replace: 'ASKING.has(method)',
    tests: [...FAULTS, ...ASKING],
  },
  {
    rule: 'MCP 1.6: answers that are no object are refused',
    file: MODERN,
    find: '  if (inputResponses !== null && !isRecord(inputResponses)) {',
    replace: '  if (inputResponses === requestState && requestState !== null) {',
    tests: [...FAULTS, ...ASKING],
  },
]
