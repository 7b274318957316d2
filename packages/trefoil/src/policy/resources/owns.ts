import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { checkFlag, requireText, shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { readTenant } from './read-tenant.ts'
import { type ResourceGuard, resourceGuard } from './resource-guard.ts'
import type { Load } from './resource-rules.ts'
import { isOwnedBy, ownerReason } from './row-rules.ts'

/** Options of {@link owns}. */
export interface OwnsOptions {
  /** Shown as `details.guard`. Default `Owns`. */
  readonly name?: string
  /**
   * Where a row says whose tenant it is of; a row of another one is not there. Default: `tenant_id`, where a
   * row has it. Named, a row without it is not there either. `false`: rows are of no tenant.
   */
  readonly tenant?: string | false
  /** Answers 404 for a row of somebody else, as for one that is not there. Default false: 403. */
  readonly hidden?: boolean
}

const OPTIONS: OptionNames<OwnsOptions> = { name: true, tenant: true, hidden: true }

/**
 * Passes for the owner of the row a call is about: what the row says in `owner_id`, where it has none in
 * `user_id`, compared as text with the caller's subject. A row that says nothing is nobody's.
 *
 * @param load loads the row; `null` where there is none, which is a 404
 * @throws ImproperlyConfigured for what is no function, and options that are none
 */
export function owns<Row extends object>(load: Load<Row>, options?: OwnsOptions): ResourceGuard<Row>
/** @param attribute that says who owns a row */
export function owns<Row extends object>(
  attribute: string,
  load: Load<Row>,
  options?: OwnsOptions,
): ResourceGuard<Row>
export function owns<Row extends object>(
  first: string | Load<Row>,
  second?: Load<Row> | OwnsOptions,
  third?: OwnsOptions,
): ResourceGuard<Row> {
  const [attribute, load, options = {}] =
    typeof first === 'function' ? ['owner_id', first, second] : [first, second, third]
  requireText('owns(): attribute', attribute)
  if (typeof options === 'function') throw tooMany()
  checkOptionNames('owns()', options, OPTIONS)
  const { name = 'Owns', tenant, hidden = false } = options
  requireText('owns(): name', name)
  checkFlag('owns(): hidden', hidden)
  if (typeof load !== 'function') {
    throw new ImproperlyConfigured(
      `owns() takes a function that loads the row: owns('owner_id', (call) => orders.find(call.args.order_id)), got ${shownValue(load)}`,
    )
  }
  return resourceGuard<Row>({
    name,
    first: null,
    load,
    tenant: readTenant('owns(): tenant', tenant),
    isHidden: hidden,
    test: (auth, row) => isOwnedBy(attribute, auth, row),
    rulesOf: (auth, row) => [ownerReason(attribute, auth, row)],
  })
}

function tooMany(): ImproperlyConfigured {
  return new ImproperlyConfigured('owns() takes one function that loads the row, got two')
}
