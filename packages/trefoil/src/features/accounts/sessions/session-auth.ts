import {
  AuthContext,
  type Authenticator,
  type AuthRequest,
  type CredentialRefusal,
  refusal,
} from '../../../auth.ts'
import type { Clock } from '../../../index.ts'
import { equalSecrets } from '../../../parts.ts'
import type { LoginSessionStore, StoredLoginSession } from '../../../stores.ts'
import type { AccountAccess } from '../account.ts'
import type { OwnEnds } from './own-ends.ts'
import type { SessionCookies } from './session-cookies.ts'
import { readDetails, type SessionDetails } from './session-details.ts'
import { type StandingRules, standingOf } from './session-standing.ts'
import type { SessionUses } from './session-uses.ts'
import { digestOf, looksLike, readToken } from './token-text.ts'
import type { Verdict, Verdicts } from './verdicts.ts'

const MALFORMED = refusal('malformed')
const EXPIRED = refusal('expired')
/** Of a session that is over, and of one that there never was: the same (S-SES-7). */
const OVER = refusal('session_revoked', { text: 'session_revoked' })
/** Only its holder learns that: the secret has been looked at. */
const DISABLED = refusal('account_disabled', { text: 'account_disabled' })

/** What sessions are judged by. */
export interface SessionRules extends StandingRules {
  readonly sessions: LoginSessionStore
  readonly cookies: SessionCookies
  readonly verdicts: Verdicts
  readonly uses: SessionUses
  readonly ownEnds: OwnEnds
  readonly clock: Clock
  /** Travels unencrypted. */
  readonly isInsecure: boolean
}

/**
 * Who is signed in: by an access token, or by the cookie. One for all surfaces, so that there is no other way
 * in which a token that is over, or of another kind, would be taken (SW-13).
 */
export function sessionAuthenticator(rules: SessionRules): Authenticator {
  const { cookies, ownEnds, verdicts, uses } = rules
  const judge = new SessionJudge(rules)
  const sentToken = (request: AuthRequest) => {
    const { bearer } = request
    if (bearer !== null) return { kind: 'access' as const, text: bearer }
    const sent = request.cookies.getAll(cookies.login)
    // One of the two was planted, and nobody can tell which (COOK-5).
    const [only] = sent
    return sent.length === 1 && only !== undefined && only !== ''
      ? { kind: 'cookie' as const, text: only }
      : null
  }
  const admit = ({ context, session }: Verdict, { log }: AuthRequest) => {
    uses.note(session, log)
    return context
  }
  return Object.freeze({
    name: 'sessionAuth',
    scheme: [
      { type: 'http', scheme: 'bearer', bearerFormat: 'tfl_at_…' },
      { type: 'apiKey', in: 'cookie', name: cookies.login },
    ] as const,
    ambient: false,
    kinds: ['person', 'unknown'] as const,
    risks: rules.isInsecure
      ? [
          {
            code: 'insecure_cookie',
            message: 'The cookie of accounts() must be secure: it travels unencrypted',
          },
        ]
      : [],
    authenticate(request: AuthRequest) {
      const sent = sentToken(request)
      if (sent === null) return null
      const { kind, text } = sent
      const digest = digestOf(text)
      const known = verdicts.get(digest)
      if (known !== null) return admit(known, request)
      const id = readToken(kind, text)
      if (id === null) return MALFORMED
      return judge
        .judge(id, digest)
        .then((answer) => ('context' in answer ? admit(answer, request) : answer))
    },
    recognizes(request: AuthRequest) {
      const { bearer } = request
      return bearer === null ? sentToken(request) !== null : looksLike('access', bearer)
    },
    recheck: ({ callId }: AuthRequest, auth: AuthContext) =>
      ownEnds.has(callId) ? auth : judge.recheck(auth),
    stop: () => uses.stop(),
  })
}

class SessionJudge {
  readonly #rules: SessionRules
  /** Reads under way: a thousand calls of one cold token read it once. */
  readonly #reading = new Map<
    string,
    { readonly mark: Verdicts['mark']; readonly answer: Promise<Verdict | CredentialRefusal> }
  >()

  /** The same of sessions of which calls go on. */
  readonly #rechecking = new Map<
    string,
    { readonly since: number; readonly refused: Promise<CredentialRefusal | null> }
  >()

  constructor(rules: SessionRules) {
    this.#rules = rules
  }

  judge(id: string, digest: string): Promise<Verdict | CredentialRefusal> {
    const { verdicts } = this.#rules
    const { mark } = verdicts
    const before = this.#reading.get(digest)
    // What was asked before something ended, or long ago, may be from before the end of this one.
    const isYoung =
      before !== undefined &&
      before.mark.forgotten === mark.forgotten &&
      mark.since - before.mark.since < YOUNG
    if (isYoung) return before.answer
    const answer: Promise<Verdict | CredentialRefusal> = this.#read(id, digest, mark).finally(
      () => {
        if (this.#reading.get(digest)?.answer === answer) this.#reading.delete(digest)
      },
    )
    this.#reading.set(digest, { mark, answer })
    return answer
  }

  /**
   * Whether the session of a call that goes on still holds. Not whether its token is still the newest: renewing cuts
   * no stream off, and it is over with the token all the same.
   */
  recheck(auth: AuthContext): Promise<AuthContext | CredentialRefusal> {
    const id = auth.session?.id ?? ''
    const now = this.#rules.clock.elapsed()
    let asked = this.#rechecking.get(id)
    if (asked === undefined || now - asked.since >= JOINED) {
      const isLast = () =>
        this.#rechecking.get(id)?.refused === refused && this.#rechecking.delete(id)
      const refused = this.#refusalOf(id, auth).finally(isLast)
      asked = { since: now, refused }
      this.#rechecking.set(id, asked)
    }
    return asked.refused.then((refused) => refused ?? auth)
  }

  async #refusalOf(id: string, auth: AuthContext): Promise<CredentialRefusal | null> {
    const { sessions, clock } = this.#rules
    const session = await sessions.find(id, clock.now())
    const details = session === null ? null : readDetails(session)
    if (session === null || details === null || session.owner.subject !== auth.subject) return OVER
    const { kind } = await standingOf(this.#rules, session, details)
    if (kind === 'disabled') return DISABLED
    return kind === 'over' ? OVER : null
  }

  async #read(
    id: string,
    digest: string,
    mark: Verdicts['mark'],
  ): Promise<Verdict | CredentialRefusal> {
    const { sessions, verdicts, clock } = this.#rules
    const now = clock.now()
    const session = await sessions.find(id, now)
    const details = session === null ? null : readDetails(session)
    if (session === null || details === null) return OVER
    const until = goodUntil(session, details, digest)
    if (until === null) return OVER
    if (until <= now) return EXPIRED
    const standing = await standingOf(this.#rules, session, details)
    if (standing.kind === 'disabled') return DISABLED
    if (standing.kind === 'over') return OVER
    const { access, client } = standing
    // Whatever it is carried by: a program of others could ask for the cookie, and pass for the person.
    const isPerson = access.kind === 'person' && (client === null || client.isFirstParty)
    const context = contextOf(session, details, access, isPerson, until)
    const verdict = { context, session: session.id, subject: access.id, until }
    verdicts.keep(digest, verdict, mark)
    return verdict
  }
}

/** Milliseconds: those who ask in the same round read once. */
const JOINED = 100

/** Milliseconds that a reading may be joined for: with what is kept of it not older than a verdict may be. */
const YOUNG = 500

/**
 * Until when a token is good, looked at as a secret is. Of which kind it is its digest says: the prefix is in it, so that a
 * cookie's secret opens no bearer's session, nor the other way round.
 *
 * @returns `null` for one that is not of this session
 */
function goodUntil(
  session: StoredLoginSession,
  { until, previous, previousUntil }: SessionDetails,
  digest: string,
): number | null {
  const isCurrent = equalSecrets(session.digest, digest)
  const isPrevious = equalSecrets(previous ?? '', digest) && previous !== null
  if (isCurrent) return until
  return isPrevious ? previousUntil : null
}

function contextOf(
  session: StoredLoginSession,
  details: SessionDetails,
  access: AccountAccess,
  isPerson: boolean,
  until: number,
): AuthContext {
  return new AuthContext({
    subject: access.id,
    kind: isPerson ? 'person' : 'unknown',
    tenant: access.tenant,
    roles: access.roles,
    claims: details.clientId === null ? {} : { client_id: details.clientId },
    issuedAt: seconds(details.issuedAt),
    expiresAt: seconds(until),
    session: {
      id: session.id,
      createdAt: seconds(session.createdAt),
      // Of nobody: whoever showed nothing has not done so just now (RFC 9470).
      ...(details.methods.length === 0 ? {} : { authTime: seconds(details.authTime) }),
      methods: details.methods,
      ...(details.times === undefined ? {} : { methodTimes: inSeconds(details.times) }),
    },
    metadata: { account: access.kind, login: details.mode },
  })
}

function inSeconds(times: Readonly<Record<string, number>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(times).map(([name, time]) => [name, seconds(time)]))
}

function seconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000)
}
