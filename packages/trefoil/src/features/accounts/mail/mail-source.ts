import type { AccountStore } from '../account-store.ts'
import type { Challenge } from '../challenge.ts'
import type { ChallengeStore } from '../challenge-store.ts'
import type { MailFacts, MailProof, MailSource } from './mail-jobs.ts'
import type { MailLinks } from './texts/mail-links.ts'

/** What {@link mailSource} reads. */
export interface MailSourceFacts {
  readonly challenges: ChallengeStore
  readonly accounts: AccountStore
  readonly links: MailLinks
}

/** How long a notice waits for a mail server that is away. */
const NOTICE_LIFETIME = 7 * 86_400_000

/** Mails are found in the table of challenges: their secrets are made when they are sent, and stand nowhere. */
export function mailSource({ challenges, accounts, links }: MailSourceFacts): MailSource {
  function proofOf(challenge: Challenge): MailProof | null {
    const { purpose, mail } = challenge
    if (purpose === 'notice' || mail === 'already_registered') return null
    if (purpose === 'email_code' || purpose === 'factor_code') {
      const code = challenges.code(challenge)
      return code === null ? null : { code }
    }
    const token = challenges.linkToken(challenge)
    return token === null ? null : { link: links.linkTo(purpose, token) }
  }

  async function localeOf({ details, accountId }: Challenge): Promise<string | null> {
    // Asked whoever it is of, or none: both take as long.
    const account = await accounts.find(accountId ?? '')
    return details['locale'] ?? account?.locale ?? null
  }

  return {
    async find(id): Promise<MailFacts | null> {
      const challenge = await challenges.find(id)
      if (challenge === null) return null
      const { purpose, mail, address, createdAt, expiresAt } = challenge
      const proof = proofOf(challenge)
      const needsProof = purpose !== 'notice' && mail !== 'already_registered'
      const lacksKey = needsProof && proof === null
      const locale = await localeOf(challenge)
      return { id, kind: mail, purpose, to: address, locale, proof, lacksKey, createdAt, expiresAt }
    },
    async sent(unit, { id, purpose }) {
      // What somebody was told of is not kept: it has their address, and the account may be gone.
      if (purpose === 'notice') await challenges.removeNotice(unit, id)
      else await challenges.markSent(unit, id)
    },
    addNotice: (unit, { kind, address, locale }) =>
      challenges.issue(unit, {
        purpose: 'notice',
        mail: kind,
        accountId: null,
        address,
        details: { locale },
        lifetime: NOTICE_LIFETIME,
      }),
  }
}
