import type { Owner } from '../../contract/ports/login-sessions.ts'
import { digestOf } from './key-digest.ts'

/** One text for an owner, to look for: tables compare `null` with nothing. */
export function ownerDigest({ tenant, subject }: Owner): string {
  return digestOf(tenant === null ? [subject] : [tenant, subject])
}
