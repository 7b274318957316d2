import { HttpError } from '../../../index.ts'
import type { Account } from '../account.ts'

/** @throws HttpError 403: an anonymous account has nothing yet that could be proved or changed */
export function refuseAnonymous({ kind }: Pick<Account, 'kind'>): void {
  if (kind === 'anonymous') throw new HttpError(403, 'An anonymous account registers first')
}
