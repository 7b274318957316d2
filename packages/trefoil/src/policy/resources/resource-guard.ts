import { deepFreeze } from '../../base/plain/freeze.ts'
import { isPlain } from '../../base/plain/is-plain.ts'
import { snapshot } from '../../base/plain/snapshot.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import {
  ALLOWED,
  Denial,
  type Denied,
  type GuardDecision,
} from '../../contract/auth/guard-decision.ts'
import type { Call, Guard } from '../../contract/call/call.ts'
import { isCalledOff } from '../../contract/call/called-off.ts'
import { type Dependency, dependency, type ProviderCall } from '../../contract/call/dependency.ts'
import { askGuard, usualDenial } from '../guards/ask-guard.ts'
import { explainResource, type ResourceReasons } from './explain-resource.ts'
import type { ResourceRules } from './resource-rules.ts'
import { isOfTenant } from './row-rules.ts'

/** A guard that looks at the row a call is about. */
export interface ResourceGuard<Row> extends Guard {
  /**
   * The row, for the handler: the one that was judged, not one that was loaded again. What is plain of
   * it is a frozen copy. Where the guard was not asked, or did not let the call pass, resolving it fails.
   */
  readonly resource: Dependency<Row>
  /**
   * Which step and which rules decide about a row. For developers and records, never for callers: it says
   * what the rules are.
   *
   * @param row as `load` would give it; `null` for none
   * @param call for tests and permissions that look at it
   */
  explain(auth: AuthContext, row: Row | null, call?: Call): Promise<ResourceReasons>
}

/** Nobody decided it, so that its opposite hides the row as well. */
const NOTHING: Denied = new Denial('Not found', undefined, true, true)
const FORBIDDEN = 'forbidden'

/** The row of one call. */
interface Loaded<Row> {
  readonly row: Row | null
}

/**
 * Permission, load, tenant, test, in this order. Loading first would tell a caller without the permission
 * which rows there are (SW-29); a row that is not there and one of another tenant get the same answer by
 * the same way (AUTHZ-8).
 */
export function resourceGuard<Row extends object>(rules: ResourceRules<Row>): ResourceGuard<Row> {
  const { name, first, load } = rules
  const passed = new WeakSet<Loaded<Row>>()
  const loaded = dependency(
    async (_uses: object, call: ProviderCall): Promise<Loaded<Row>> =>
      Object.freeze({ row: held(name, await load(call)) }),
    { name: `${name}.load`, preview: 'safe' },
  )
  const resource = dependency(
    ({ one }): Row => {
      if (one.row !== null && passed.has(one)) return one.row
      throw new Error(
        `The resource of guard '${name}' is what it let pass, and it was not asked, or denied: put it into guards`,
      )
    },
    { name: `${name}.resource`, uses: { one: loaded }, preview: 'safe' },
    // A row is no generator, which would stand for what it yields.
  ) as Dependency<Row>

  async function judge(auth: AuthContext, call: Call): Promise<GuardDecision> {
    if (first !== null) {
      const decision = await askGuard(first, auth, call)
      if ('deny' in decision) return decision
      // The time may have passed meanwhile: no more of the developer's code starts.
      if (isCalledOff(call)) return fault(rules)
    }
    const one = await call.resolve(loaded)
    if (isCalledOff(call)) return fault(rules)
    const decision = await judgeRow(rules, auth, one.row, call)
    if (decision === ALLOWED) passed.add(one)
    return decision
  }

  return Object.freeze({
    name,
    needsInput: true,
    explain: (auth: AuthContext, row: Row | null, call?: Call) =>
      explainResource(rules, auth, row, call),
    ...(first?.scopes === undefined ? {} : { scopes: first.scopes }),
    resource,
    decide: judge,
  })
}

async function judgeRow<Row extends object>(
  rules: ResourceRules<Row>,
  auth: AuthContext,
  row: Row | null,
  call: Call,
): Promise<GuardDecision> {
  if (row === null) return NOTHING
  if (rules.tenant !== null && !isOfTenant(rules.tenant, auth, row)) return NOTHING
  const answer = await rules.test(auth, row, call)
  if (answer === true) return ALLOWED
  if (Denial.is(answer)) return rules.isHidden ? denial(rules, Denial.isFault(answer)) : answer
  return denial(rules, answer !== false)
}

function denial({ isHidden }: { readonly isHidden: boolean }, isFault: boolean): Denied {
  if (!isHidden) return new Denial(FORBIDDEN, undefined, isFault)
  return isFault ? NOTHING : new Denial(NOTHING.text, undefined, false, true)
}

function fault({ name }: { readonly name: string }): Denied {
  return new Denial(usualDenial(name).text, undefined, true)
}

/**
 * What was judged is what is handed on: a row that somebody else holds, in a cache say, may change while
 * the call waits. Instances of classes have their own rules, and stay what they are.
 */
function held<Row extends object>(name: string, row: Row | null | undefined): Row | null {
  if (row === null || row === undefined) return null
  if (typeof row !== 'object' || Array.isArray(row)) {
    throw new TypeError(`load of guard '${name}' must give one row, an object, or null for none`)
  }
  // A copy of a plain object is of its type.
  return isPlain(row) && isAllSeen(row) ? deepFreeze(snapshot(row) as Row) : row
}

/** What is not enumerable is lost in a copy: without its tenant a row would be everybody's. */
function isAllSeen(row: object): boolean {
  return Object.getOwnPropertyNames(row).length === Object.keys(row).length
}
