import { isRecord } from '../../../base/plain/is-record.ts'
import type { Action } from '../../../contract/call/action.ts'
import { type PerSurface, SURFACES } from '../../../contract/call/surface-name.ts'
import type {
  ActionCache,
  CacheOptions,
  CacheScope,
  CacheSplit,
} from '../../../contract/limits/cache.ts'
import { checkOptionNames, type OptionNames } from '../../../contract/options/option-names.ts'
import { checkFlag, checkRecord, shownValue } from '../../../contract/options/option-values.ts'
import { readDuration } from '../../../contract/options/read-duration.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import { Forgetting, forgetsWith } from '../../../engine/cached/forgetting.ts'

const CACHE: OptionNames<CacheOptions> = {
  for: true,
  per: true,
  entries: true,
  skipsMiddleware: true,
}
const SCOPES: readonly unknown[] = ['caller', 'tenant', 'everyone'] satisfies CacheScope[]
const DEFAULT_ENTRIES = 1000
const MUST_BE =
  "cache.per must be 'caller', 'tenant' or 'everyone', or a list of one of them with 'roles', " +
  "'scopes' or functions that answer with text"

type Site = Pick<
  Action,
  'asks' | 'changes' | 'external' | 'middleware' | 'params' | 'exposed' | 'public' | 'name'
>

/**
 * Reads `cache` of an action, each member once.
 *
 * @param covered surfaces that have an authenticator
 * @throws ImproperlyConfigured for a cache that would give the wrong thing, or nothing, and for options
 *   that leave open to whom
 */
export function compileCache(
  given: unknown,
  action: Site,
  covered: PerSurface,
  forgetting: Forgetting = new Forgetting(),
  where: string,
): ActionCache | null {
  if (given === undefined) return null
  checkRecord(`${where}: cache`, given, "an object such as { for: '30s' }")
  checkOptionNames(`${where}: cache`, given as CacheOptions, CACHE)
  const { for: lifetime, per, entries = DEFAULT_ENTRIES, skipsMiddleware } = given as CacheOptions
  const ms = readDuration(`${where}: cache.for`, lifetime)
  if (ms === 0) throw new ImproperlyConfigured(`${where}: cache.for must be more than '0s'`)
  if (!Number.isSafeInteger(entries) || entries < 1) {
    throw new ImproperlyConfigured(
      `${where}: cache.entries must be a whole number, 1 or more, got ${shownValue(entries)}`,
    )
  }
  checkFlag(`${where}: cache.skipsMiddleware`, skipsMiddleware)
  checkKeepable(action, skipsMiddleware === true, where)
  const { scope, splits } = readPer(per, where)
  checkAudience(action, covered, per === undefined ? null : scope, where)
  forgetting.accept(new Set(action.params.map(({ name }) => name)))
  return forgetsWith({ lifetime: ms, scope, splits, entries }, forgetting)
}

function checkKeepable(
  { asks, changes, external, middleware, params }: Site,
  skipsMiddleware: boolean,
  where: string,
): void {
  if (changes) {
    throw new ImproperlyConfigured(
      `${where}: cache is for actions that change nothing: a kept answer would not do what it says; ` +
        'leave cache out, or say changes: false if it only reads',
    )
  }
  if (asks) {
    throw new ImproperlyConfigured(
      `${where}: cache and asks: true exclude each other: a kept answer would ask nobody`,
    )
  }
  if (external) {
    throw new ImproperlyConfigured(
      `${where}: cache and external: true exclude each other: a kept answer would not act outside again`,
    )
  }
  if (middleware.length > 0 && !skipsMiddleware) {
    throw new ImproperlyConfigured(
      `${where}: middleware around it does not run for a kept answer, and may be what checks callers: ` +
        'make such checks guards, then say cache: { …, skipsMiddleware: true }',
    )
  }
  const file = params.find(({ source }) => source === 'file' || source === 'files')
  if (file !== undefined) {
    throw new ImproperlyConfigured(
      `${where}: answers cannot be kept by a file, and '${file.name}' is one; leave cache out`,
    )
  }
}

function readPer(
  per: unknown,
  where: string,
): { readonly scope: CacheScope; readonly splits: readonly CacheSplit[] } {
  if (per === undefined) return { scope: 'caller', splits: [] }
  const list: readonly unknown[] = Array.isArray(per) ? [...per] : [per]
  const scopes = list.filter((part) => SCOPES.includes(part))
  const splits = list.filter(
    (part) => part === 'roles' || part === 'scopes' || typeof part === 'function',
  )
  if (scopes.length + splits.length < list.length || list.length === 0 || isRecord(per)) {
    throw new ImproperlyConfigured(`${where}: ${MUST_BE}`)
  }
  // Told apart by their roles alone, callers of all tenants would share.
  if (scopes.length !== 1) {
    throw new ImproperlyConfigured(
      `${where}: cache.per must name exactly one of 'caller', 'tenant' and 'everyone', so that it is ` +
        "clear who shares; write ['tenant', 'roles'], say",
    )
  }
  // Filtered just now.
  return { scope: scopes[0] as CacheScope, splits: splits as readonly CacheSplit[] }
}

/** @param scope as written; `null` for the default */
function checkAudience(
  { exposed, public: isPublic }: Site,
  covered: PerSurface,
  scope: CacheScope | null,
  where: string,
): void {
  if (scope === 'everyone') return
  const on = SURFACES.filter((surface) => exposed[surface])
  const open = on.filter((surface) => isPublic[surface] || !covered[surface])
  if (open.length === 0) return
  if (scope === null || open.length === on.length) {
    const but =
      open.length === on.length
        ? ''
        : ", or per: 'caller' if only the answers of known callers are to be kept"
    throw new ImproperlyConfigured(
      `${where}: nobody knows who is calling on '${open.join("', '")}', so cache has nobody to keep ` +
        `answers for there; write cache: { …, per: 'everyone' } if all callers may share them${but}`,
    )
  }
}
