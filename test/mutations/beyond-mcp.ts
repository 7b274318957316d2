import type { Mutation } from './mutated.ts'

const SRC = 'packages/trefoil/src'
const APPROVALS = [`${SRC}/engine/stages/approval.test.ts`, `${SRC}/policy/hook-decider.test.ts`]
const DEADLINES = [`${SRC}/engine/ending/deadline.test.ts`]

/** The rules that every surface stands on. */
export const BEYOND_MCP: readonly Mutation[] = [
  {
    rule: 'APPR-3: an approval is bound to the arguments',
    file: `${SRC}/policy/arguments-hash.ts`,
    find: 'canonicalJson(present)',
    replace: 'canonicalJson({})',
    tests: [`${SRC}/policy/arguments-hash.test.ts`],
  },
  {
    rule: 'APPR-3: an approval is bound to the action',
    file: `${SRC}/policy/arguments-hash.ts`,
    find: 'canonicalJson(action)',
    replace: "canonicalJson('')",
    tests: [`${SRC}/policy/arguments-hash.test.ts`],
  },
  {
    rule: 'FND-10: what was hashed is what the handler is given',
    file: `${SRC}/engine/stages/approval.ts`,
    find: "    state.args = deepFreeze(plainCopy(state.args) as CallState['args'])\n",
    replace: '',
    tests: [...APPROVALS, 'test/attacks/frozen-arguments.test.ts', 'test/findings/fnd-10.test.ts'],
  },
  {
    rule: 'W-9: nothing but true approves',
    file: `${SRC}/policy/hook-decider.ts`,
    find: 'approved === true ? APPROVED',
    replace: 'Boolean(approved) ? APPROVED',
    tests: APPROVALS,
  },
  {
    rule: 'APPR-2: a hook that fails denies',
    file: `${SRC}/policy/hook-decider.ts`,
    find: "      const failed = (cause: unknown) => refused('approval_denied', request, cause)",
    replace: '      const failed = (_cause: unknown) => APPROVED',
    tests: APPROVALS,
  },
  {
    rule: 'PW-36: an entry of the audit log that was changed is found',
    file: `${SRC}/record/audit/verifier.ts`,
    find: 'const isSound = key !== null && key.chain(prev, text) === hash',
    replace: 'const isSound = key !== null && key.chain(prev, text) !== null',
    tests: [`${SRC}/record/audit/verifier.test.ts`],
  },
  {
    rule: 'PW-36: an entry that was taken out of the audit log is found',
    file: `${SRC}/record/audit/verifier.ts`,
    find: '        this.#missing.set(one, at)',
    replace: '        void at',
    tests: [`${SRC}/record/audit/verifier.test.ts`],
  },
  {
    rule: 'PW-36: an entry is chained to the one before it',
    file: `${SRC}/record/audit/verifier.ts`,
    find: '    const follows = stored.prev === (this.#last?.hash ?? GENESIS)',
    replace: '    const follows = stored.prev !== ""',
    tests: [`${SRC}/record/audit/verifier.test.ts`],
  },
  {
    rule: 'PW-36: an end that was cut off is found by what was noted elsewhere',
    file: `${SRC}/record/audit/verifier.ts`,
    find: "      this.#find('truncated', anchor.seq, 0)",
    replace: '      void anchor',
    tests: [`${SRC}/record/audit/verifier.test.ts`],
  },
  {
    rule: 'LOCK: a try is reserved before the password is looked at',
    file: `${SRC}/stores/memory/memory-attempts.ts`,
    find: "      if (!budgets.every((budget) => isFree(budget, now))) return { kind: 'wait' as const }\n",
    replace: '',
    tests: [`${SRC}/features/accounts/lockout/login-locks.test.ts`, 'test/stores/attempts.test.ts'],
  },
  {
    rule: 'LOCK: an account that is locked is locked',
    file: `${SRC}/stores/memory/memory-attempts.ts`,
    find: "      if (retryAfter > 0) return { kind: 'locked' as const, retryAfter }\n",
    replace: '',
    tests: [`${SRC}/features/accounts/lockout/login-locks.test.ts`, 'test/stores/attempts.test.ts'],
  },
  {
    rule: 'HTTP-8: a call that another site makes through a browser is refused',
    file: `${SRC}/policy/csrf.ts`,
    find: "  if (origin !== undefined && isTrusted(origin, facts, options, isAmbient)) return undefined\n  return refuse('csrf_refused')",
    replace: '  return undefined',
    tests: [`${SRC}/policy/csrf.test.ts`],
  },
  {
    rule: 'HTTP-8: an origin counts as our own only where the browser says no other',
    file: `${SRC}/policy/csrf.ts`,
    find: '  return !browserSaysOther && isOriginOf',
    replace: '  return isOriginOf',
    tests: [`${SRC}/policy/csrf.test.ts`],
  },
  {
    rule: 'SEC-5: a host that is not ours is refused',
    file: `${SRC}/policy/edge.ts`,
    find: '!policy.hosts.some((matches) => matches(host))',
    replace: '!policy.hosts.some((matches) => matches(host) || true)',
    tests: [`${SRC}/policy/edge.test.ts`, `${SRC}/policy/edge-hosts.test.ts`],
  },
  {
    rule: 'SEC-1: a request without a host is refused',
    file: `${SRC}/policy/edge.ts`,
    find: "inProcess || policy.hosts === null ? NO_HOST : refuse('INVALID_HOST')",
    replace: 'NO_HOST',
    tests: [`${SRC}/policy/edge.test.ts`, `${SRC}/policy/edge-hosts.test.ts`],
  },
  {
    rule: 'SEC-2: a length beside chunks is refused',
    file: `${SRC}/policy/edge.ts`,
    find: "  if (isChunked) return invalidHeader('Content-Length')\n",
    replace: '',
    tests: [`${SRC}/policy/edge.test.ts`],
  },
  {
    rule: 'PW-26: what a call has written is taken back where it fails',
    file: `${SRC}/stores/sqlite/unit.ts`,
    find: '    this.#writer.rollback(this.#turn)',
    replace: '    void this.#writer.commit(this.#turn)',
    tests: ['test/database/unit.test.ts'],
  },
  {
    rule: 'PW-26: a transaction that could not commit is not told as done',
    file: `${SRC}/engine/dependencies/dependency-scope.ts`,
    find: '    return failure === null ? closeFailure : null\n',
    replace: '    return null\n',
    tests: [`${SRC}/engine/dependencies/dependency-closing.test.ts`],
  },
  {
    rule: 'FND-16: no guard is asked once its caller was told',
    file: `${SRC}/engine/stages/guard.ts`,
    find: 'late !== undefined || state.ended ? ending(state, late)',
    replace: 'late !== undefined ? ending(state, late)',
    tests: DEADLINES,
  },
  {
    rule: 'FND-16: no hook of an authenticator begins once its caller was told',
    file: `${SRC}/engine/stages/identify.ts`,
    find: `      if (state.ended) return undefined
      if (AuthContext.is(answer)) {`,
    replace: '      if (AuthContext.is(answer)) {',
    tests: DEADLINES,
  },
  {
    rule: 'P-RESP-1: members that nobody declared do not leave',
    file: `${SRC}/engine/answer/exact-copy.ts`,
    find: 'const copy = { ',
    replace: 'const copy = { ...value, ',
    tests: [`${SRC}/engine/answer/exact-copy.test.ts`],
  },
  {
    rule: 'P-RESP-1: what leaves is what the schema made of the value',
    file: `${SRC}/engine/answer/validate-output.ts`,
    find: '      if (!isPromiseLike(result)) return unwrap(action, result)\n',
    replace:
      '      if (!isPromiseLike(result)) return unwrap(action, result) === value ? value : value\n',
    tests: [`${SRC}/engine/answer/make-answer.test.ts`, 'test/parity/values.test.ts'],
  },
  {
    rule: 'FND-2: what is looked at later is a copy that nobody else has',
    file: `${SRC}/engine/answer/validate-output.ts`,
    find: 'Promise.resolve(validate(snapshot(value)))',
    replace: 'Promise.resolve(validate(value))',
    tests: [`${SRC}/engine/answer/make-answer.test.ts`, 'test/findings/fnd-02.test.ts'],
  },
]
