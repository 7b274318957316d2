import {
  type AuthorizationAnswer,
  type EntityJson,
  statefulIsAuthorized,
} from '@cedar-policy/cedar-wasm/nodejs'
import { isRecord } from '../../base/plain/is-record.ts'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import type { Call } from '../../contract/call/call.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { checkRecord, requireText, shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { readAttribute } from '../conditions/read-attribute.ts'
import type { PolicyTest } from '../resources/policy.ts'
import { cedarRecord, cedarValue } from './cedar-value.ts'
import { readPolicies } from './read-policies.ts'

/** Options of {@link cedar}. */
export interface CedarOptions {
  /** Policies in Cedar's language. `@id("…")` in front of one names it in reasons. */
  readonly policies: string
  /** Schema, as text or as JSON. With it policies, entities and every request are checked against it. */
  readonly schema?: string | Readonly<Record<string, unknown>>
  /** Entities that are always there, such as roles inside of roles, as Cedar's JSON. Default: none. */
  readonly entities?: readonly unknown[]
  /** Type of the caller. Default `User`. */
  readonly principal?: string
  /** Type of the caller's roles, which the caller is in. Default `Role`. */
  readonly role?: string
}

const OPTIONS: OptionNames<CedarOptions> = {
  policies: true,
  schema: true,
  entities: true,
  principal: true,
  role: true,
}

/** What is asked of Cedar about a row. Options of {@link CedarPolicies.test}. */
export interface CedarRequest<Row extends object> {
  /** Id of the action, as policies write it: `Action::"refund"` is `refund`. */
  readonly action: string
  /** Type of the row. */
  readonly type: string
  /** Id of the row. Default: its `id`. */
  readonly id?: (row: Row) => string | number
  /** What policies may see of the row. Default: all of it, if it is a plain object; a row of a class needs it. */
  readonly attributes?: (row: Row) => Readonly<Record<string, unknown>>
  /** What policies may see of the call. Default: nothing. */
  readonly context?: (call: Call) => Readonly<Record<string, unknown>>
}

const REQUEST: OptionNames<CedarRequest<object>> = {
  action: true,
  type: true,
  id: true,
  attributes: true,
  context: true,
}

/** What Cedar answered. For developers and records, never for callers. */
export interface CedarReasons {
  readonly allows: boolean
  /** Ids of the policies that decided; none where no policy permits. */
  readonly policies: readonly string[]
  /** What went wrong; any of it denies, whatever the decision was. */
  readonly errors: readonly string[]
}

/** Policies that were read. */
export interface CedarPolicies {
  /** Ids of all policies, in their order. */
  readonly ids: readonly string[]
  /**
   * The test of a `policy({ load, test })`.
   *
   * @throws ImproperlyConfigured for options that are none
   */
  test<Row extends object>(request: CedarRequest<Row>): PolicyTest<Row>
  /**
   * Which policies decided.
   *
   * @param call what `context` of the request is asked about
   */
  explain<Row extends object>(
    auth: AuthContext,
    request: CedarRequest<Row>,
    row: Row,
    call?: Call,
  ): CedarReasons
}

/**
 * Policies as data, in Cedar's language, behind `policy()`. They are read and checked here. The caller is
 * `User::"<subject>"` with `id`, `kind`, `roles`, `scopes` and, where there is one, `tenant`, in `Role::"…"` for
 * each role.
 *
 * Needs `@cedar-policy/cedar-wasm`. An error in any policy denies: Cedar itself leaves a `forbid` out that
 * fails, and would permit.
 *
 * @throws ImproperlyConfigured with what Cedar says of policies, schema and entities
 */
export function cedar(options: CedarOptions): CedarPolicies {
  checkRecord('cedar(): options', options)
  checkOptionNames('cedar()', options, OPTIONS)
  const { policies, schema, entities, principal = 'User', role = 'Role' } = options
  checkType('cedar(): principal', principal)
  checkType('cedar(): role', role)
  // An entity is in itself: whoever is called `admin` would be in the role `admin`.
  if (principal === role) {
    throw new ImproperlyConfigured('cedar(): principal and role must be two types')
  }
  const read = readPolicies(policies, schema, entities)

  function ask(auth: AuthContext, one: ReadRequest, row: object, call: Call | null): CedarReasons {
    if (!AuthContext.is(auth)) {
      throw new TypeError(`Cedar is asked for an AuthContext, not for ${shownValue(auth)}`)
    }
    const who = { type: principal, id: auth.subject }
    const what = { type: one.type, id: idOf(one, row) }
    const roles = [...auth.roles].map((id) => ({ type: role, id }))
    const attrs = cedarRecord(one.attributes === undefined ? row : one.attributes(row))
    const caller: EntityJson = { uid: who, attrs: attributesOf(auth), parents: roles }
    const about: EntityJson = { uid: what, attrs, parents: [] }
    const given = one.context === undefined || call === null ? {} : one.context(call)
    const answer = statefulIsAuthorized({
      principal: who,
      action: { type: 'Action', id: one.action },
      resource: what,
      context: cedarRecord(given),
      preparsedPolicySetId: read.set,
      ...(read.schema === null ? {} : { preparsedSchemaName: read.schema, validateRequest: true }),
      entities: [...read.entities, caller, about],
    })
    return reasonsOf(answer)
  }

  return Object.freeze({
    ids: read.ids,
    test<Row extends object>(request: CedarRequest<Row>): PolicyTest<Row> {
      const one = readRequest(request)
      return (auth, row, call) => {
        const { allows, errors } = ask(auth, one, row, call)
        // A throw denies, is logged, and no `not()` turns it round.
        if (errors.length > 0) throw new Error(`Cedar: ${errors.join('; ')}`)
        return allows
      }
    },
    explain<Row extends object>(
      auth: AuthContext,
      request: CedarRequest<Row>,
      row: Row,
      call?: Call,
    ): CedarReasons {
      return ask(auth, readRequest(request), row, call ?? null)
    },
  })
}

/** A request that was read: functions take the row they were written for. */
interface ReadRequest {
  readonly action: string
  readonly type: string
  readonly id: ((row: object) => unknown) | undefined
  readonly attributes: ((row: object) => Readonly<Record<string, unknown>>) | undefined
  readonly context: ((call: Call) => Readonly<Record<string, unknown>>) | undefined
}

function readRequest<Row extends object>(request: CedarRequest<Row>): ReadRequest {
  checkRecord('cedar().test(): options', request)
  checkOptionNames('cedar().test()', request, REQUEST)
  const { action, type, id, attributes, context } = request
  requireText('cedar().test(): action', action)
  checkType('cedar().test(): type', type)
  for (const [name, value] of Object.entries({ id, attributes, context })) {
    if (value === undefined || typeof value === 'function') continue
    throw new ImproperlyConfigured(
      `cedar().test(): ${name} must be a function, got ${shownValue(value)}`,
    )
  }
  // They are only ever asked about rows that the policy loaded, which are of that type.
  return Object.freeze({ action, type, id, attributes, context }) as ReadRequest
}

const TYPE = /^[A-Za-z_][A-Za-z0-9_]*(?:::[A-Za-z_][A-Za-z0-9_]*)*$/

/** Cedar would refuse another name with each request. */
function checkType(option: string, value: string): void {
  requireText(option, value)
  if (TYPE.test(value)) return
  throw new ImproperlyConfigured(
    `${option} must be the name of a type, such as User or App::User, got ${shownValue(value)}`,
  )
}

function idOf({ id }: ReadRequest, row: object): string {
  const value = id === undefined ? readAttribute(row, 'id') : id(row)
  if (typeof value === 'string' && value !== '') return value
  if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value)
  throw new TypeError('Cedar needs the id of a row: say with id how to find it')
}

function attributesOf({ subject, kind, tenant, roles, scopes }: AuthContext): EntityJson['attrs'] {
  const attrs = { id: subject, kind, tenant, roles: [...roles], scopes: [...scopes] }
  const value = cedarValue(attrs)
  // What it makes of a record is one.
  return (isRecord(value) ? value : {}) as EntityJson['attrs']
}

function reasonsOf(answer: AuthorizationAnswer): CedarReasons {
  if (answer.type === 'failure') {
    return reasons(
      false,
      [],
      answer.errors.map(({ message }) => message),
    )
  }
  const { decision, diagnostics } = answer.response
  const errors = diagnostics.errors.map(({ policyId, error }) => `${policyId}: ${error.message}`)
  return reasons(decision === 'allow' && errors.length === 0, diagnostics.reason, errors)
}

function reasons(
  allows: boolean,
  policies: readonly string[],
  errors: readonly string[],
): CedarReasons {
  return Object.freeze({
    allows,
    policies: Object.freeze([...policies].sort()),
    errors: Object.freeze([...errors]),
  })
}
