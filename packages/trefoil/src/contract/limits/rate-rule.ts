import type { Rate } from '../ports/rate-store.ts'

/**
 * Who has a count of their own.
 *
 * - `caller`: issuer, tenant and subject of a known caller, else the address
 * - `address`: the address alone, asked before the authenticator
 * - `tenant`: all callers of a tenant together; who has none is counted as a caller
 * - `actor`: who acts for somebody else, for all of them together; where nobody does, the caller
 * - `everyone`: one count for all
 */
export type RatePer = 'caller' | 'address' | 'tenant' | 'actor' | 'everyone'

/** A rate that holds for an action. */
export interface RateRule {
  /** In headers and records; no two of one action have the same. */
  readonly name: string
  readonly per: RatePer
  readonly rate: Rate
  /** What its keys begin with: the app, and which of its rates this is. */
  readonly scope: string
}
