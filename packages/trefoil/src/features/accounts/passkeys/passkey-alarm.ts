import type { Call } from '../../../index.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import type { StoredFactor } from '../mfa/factor.ts'

/**
 * A passkey has signed with a counter that was used before: two devices have its key, and nobody can tell which of them is
 * its owner's. What it signed opens nothing; the owner is told, and so is the log. In a unit of its own: the call is refused,
 * and its unit is not committed.
 */
export async function tellCopied(
  house: Pick<AccountsHouse, 'accounts' | 'data' | 'mails' | 'values'>,
  call: Call,
  { id, accountId }: StoredFactor,
): Promise<void> {
  call.log.warn(
    { account: accountId, passkey: id },
    'A passkey has a counter of before: somebody may have a copy of it',
  )
  const { accounts, data, mails, values } = house
  try {
    const account = await accounts.find(accountId)
    if (account === null) return
    const { email: address, locale, tenant } = account
    await values.audit?.append('passkey.copied', {
      subject: accountId,
      ...(tenant === null ? {} : { tenant }),
      data: { passkey: id },
    })
    if (address === null) return
    await data.unit((unit) => mails.notice(unit, { kind: 'passkey_copied', address, locale }))
  } catch (err) {
    // It is refused all the same.
    call.log.error({ err }, 'That a passkey may have been copied could not be told')
  }
}
