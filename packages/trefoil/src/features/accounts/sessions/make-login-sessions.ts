import type { AuditLog } from '../../../audit.ts'
import type { AnyDatabase } from '../../../database.ts'
import { type Call, type Clock, type Reply, reply } from '../../../index.ts'
import { equalSecrets } from '../../../parts.ts'
import {
  type LoginSessionStore,
  type Owner,
  type RefreshFamily,
  type RefreshFamilyStore,
  type StoredLoginSession,
  sqlLoginSessions,
  sqlRefreshFamilies,
} from '../../../stores.ts'
import { accountOf } from '../account.ts'
import type { AccountKeys } from '../account-keys.ts'
import type { AccountStore } from '../account-store.ts'
import type { AccountsValues } from '../accounts-options.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { KnownClients } from '../flows/known-clients.ts'
import type { MailOutbox } from '../mail/mail-outbox.ts'
import type { GatePass } from '../mfa/gate-pass.ts'
import type { MfaGate } from '../mfa/mfa-gate.ts'
import { addressPrefix, describeDevice } from './describe-device.ts'
import type { LoginSessions, SessionOwner, SessionView, SignIn } from './login-sessions.ts'
import { OwnEnds } from './own-ends.ts'
import { Refreshing } from './refreshing.ts'
import { sessionAuthenticator } from './session-auth.ts'
import { makeSessionCookies, type SessionCookies } from './session-cookies.ts'
import { readDetails, type SessionDetails, writeDetails } from './session-details.ts'
import { isSessionIdOf, makeSessionId } from './session-ids.ts'
import { standingOf } from './session-standing.ts'
import { SessionUses } from './session-uses.ts'
import { digestOf, makeToken, readToken } from './token-text.ts'
import { Verdicts } from './verdicts.ts'

/** What login sessions are made of. */
export interface LoginSessionParts {
  readonly values: Pick<
    AccountsValues,
    | 'accessLifetime'
    | 'refreshLifetime'
    | 'idleLifetime'
    | 'sessionLifetime'
    | 'cookie'
    | 'onLogin'
    | 'onTokenRefresh'
    | 'mfa'
  >
  readonly data: AnyDatabase
  readonly accounts: Pick<AccountStore, 'access' | 'find'>
  readonly clients: Pick<KnownClients, 'find'>
  readonly keys: AccountKeys
  readonly clock: Clock
  readonly audit: Pick<AuditLog, 'append'> | null
  readonly mails: Pick<MailOutbox, 'notice'>
  readonly gate: Pick<MfaGate, 'hold'>
  /** Default: tables in `data.state`. */
  readonly stores?: {
    readonly sessions: LoginSessionStore
    readonly families: RefreshFamilyStore
  }
  /** For tests: milliseconds for which a lost answer is given again. */
  readonly grace?: number
}

/** Seconds that a session outlives its refresh token: its last use may be written a minute later. */
const SLACK = 120_000
/** Renewals of one session that may come between a reading and its change. */
const RENEWALS = 5
const NO_STORE: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  pragma: 'no-cache',
}

/** @throws ImproperlyConfigured for a cookie that browsers would refuse */
export function makeLoginSessions(parts: LoginSessionParts): LoginSessions {
  return new StoredSessions(parts)
}

class StoredSessions implements LoginSessions {
  readonly authenticator: LoginSessions['authenticator']
  readonly deviceCookie: LoginSessions['deviceCookie']
  readonly loginCookie: LoginSessions['loginCookie']
  readonly trustedCookie: LoginSessions['trustedCookie']
  readonly #parts: LoginSessionParts
  readonly #sessions: LoginSessionStore
  readonly #families: RefreshFamilyStore
  readonly #cookies: SessionCookies
  readonly #verdicts: Verdicts
  readonly #ownEnds = new OwnEnds()
  readonly #uses: SessionUses
  readonly #refreshing: Refreshing

  constructor(parts: LoginSessionParts) {
    const { values, data, accounts, clients, keys, clock, grace } = parts
    const { accessLifetime, refreshLifetime, idleLifetime } = values
    this.#parts = parts
    this.#sessions = parts.stores?.sessions ?? sqlLoginSessions(data)
    this.#families = parts.stores?.families ?? sqlRefreshFamilies(data)
    this.#cookies = makeSessionCookies(values.cookie)
    this.#verdicts = new Verdicts(clock)
    this.#uses = new SessionUses(this.#sessions, clock, Math.min(idleLifetime, refreshLifetime))
    this.#refreshing = new Refreshing({
      sessions: this.#sessions,
      families: this.#families,
      accounts,
      clients,
      keys,
      clock,
      accessLifetime,
      refreshLifetime,
      stolen: (family, call) => this.#stolen(family, call),
      ...(grace === undefined ? {} : { grace }),
    })
    this.deviceCookie = this.#cookies.sentDevice
    this.loginCookie = this.#cookies.sentLogin
    this.trustedCookie = this.#cookies.sentTrusted
    this.authenticator = sessionAuthenticator({
      sessions: this.#sessions,
      accounts,
      clients,
      cookies: this.#cookies,
      verdicts: this.#verdicts,
      uses: this.#uses,
      ownEnds: this.#ownEnds,
      clock,
      isInsecure: !values.cookie.secure,
    })
    Object.freeze(this)
  }

  async begin(call: Call, signIn: SignIn): Promise<Reply<unknown>> {
    const { account, mode, clientId, deviceToken, trustToken = null } = signIn
    const { values, keys, clock } = this.#parts
    const { methods, times, authTime, isLogin } = await this.#passed(call, signIn)
    if (isLogin && account.kind === 'person') await values.onLogin?.(accountOf(account), call)
    const now = clock.now()
    const id = makeSessionId(keys, account.id)
    const owner: Owner = { tenant: account.tenant, subject: account.id }
    const endsAt = now + values.sessionLifetime
    const details = {
      epoch: account.epoch,
      mode,
      clientId,
      methods,
      authTime,
      times,
      device: describeDevice(call.client.userAgent),
      address: addressPrefix(call.client.address),
      serial: 0,
      previous: null,
      previousUntil: 0,
    }
    const session = { id, owner, createdAt: now, seenAt: now, endsAt, revokedAt: null, version: 1 }
    if (mode === 'cookie') {
      const { text, digest } = makeToken('cookie', id)
      const idle = values.idleLifetime
      await this.#add({ ...session, digest, idle }, { ...details, issuedAt: now, until: endsAt })
      await this.#endSent(call, id)
      return reply(cookieBody(endsAt - now), {
        headers: NO_STORE,
        meta: { session: id },
        cookies: {
          ...this.#cookies.set(text, endsAt - now),
          ...(deviceToken === null ? {} : this.#cookies.setDevice(deviceToken)),
          ...this.#trustCookie(trustToken),
        },
      })
    }
    const tokens = this.#refreshing.issue(session, now)
    const { digest, issuedAt, until } = tokens
    const idle = Math.max(values.refreshLifetime, values.accessLifetime) + SLACK
    await this.#add({ ...session, digest, idle }, { ...details, issuedAt, until })
    await this.#refreshing.start(session, clientId, tokens)
    await this.#endSent(call, id)
    const body: unknown = JSON.parse(tokens.body)
    const device = deviceToken === null ? {} : { device_token: deviceToken }
    const trusted = trustToken === null ? {} : { trusted_token: trustToken }
    return reply(Object.assign({}, body, device, trusted), {
      headers: NO_STORE,
      meta: { session: id },
    })
  }

  async refresh(
    call: Call,
    token: string | null,
    clientId: string | null,
  ): Promise<Reply<unknown>> {
    if (token === null || token === '') return this.#cookieRefresh(call)
    const { body, family, isNew } = await this.#refreshing.renew(call, token, clientId)
    // What of the session this process let in before is looked at anew.
    if (family.session !== null) this.#verdicts.forget(family.owner.subject, family.session)
    if (isNew) await this.#told(call, family.owner.subject)
    return reply(JSON.parse(body), { headers: NO_STORE })
  }

  async keep(
    owner: Parameters<LoginSessions['keep']>[0],
    id: string,
    epoch: number,
  ): Promise<void> {
    const { clock } = this.#parts
    // Its token may be renewed meanwhile: that one is read once more.
    for (let left = RENEWALS; left > 0; left--) {
      const session = await this.#sessions.find(id, clock.now())
      const details = session === null ? null : readDetails(session)
      const isOwn = session?.owner.subject === owner.id && session.owner.tenant === owner.tenant
      // Over, or ended meanwhile: whoever ended it knows why.
      if (session === null || details?.epoch !== owner.epoch || !isOwn) return
      const change = { details: writeDetails({ ...details, epoch }) }
      const isDone = await this.#sessions.change(id, session.version, change, clock.now())
      if (isDone) break
    }
    this.#verdicts.forget(owner.id, id)
  }

  async signOut(call: Call): Promise<Reply<unknown>> {
    const { auth } = call
    this.#ownEnds.note(call.callId)
    const id = auth?.session?.id
    if (auth !== null && id !== undefined)
      await this.end({ id: auth.subject, tenant: auth.tenant }, id)
    const { clearSite } = this.#parts.values.cookie
    return reply(null, {
      status: 204,
      headers: { ...NO_STORE, ...(clearSite ? { 'clear-site-data': '"cookies"' } : {}) },
      cookies: this.#cookies.clear(),
    })
  }

  async list(owner: SessionOwner, current: string | null): Promise<readonly SessionView[]> {
    const { accounts, clock } = this.#parts
    const [stored, access] = await Promise.all([
      this.#sessions.list(ownerOf(owner), clock.now()),
      accounts.access(owner.id),
    ])
    return stored.flatMap((session) => {
      const details = readDetails(session)
      // Of another epoch it is dead, whatever is left of it in the store.
      if (details === null || details.epoch !== access?.epoch) return []
      const { device, address, methods } = details
      const lastSeenAt = Math.max(session.seenAt, this.#uses.waiting(session.id) ?? 0)
      const { id, createdAt } = session
      return [{ id, current: id === current, createdAt, lastSeenAt, device, address, methods }]
    })
  }

  async end(owner: SessionOwner, id: string): Promise<boolean> {
    const now = this.#parts.clock.now()
    const isEnded = await this.#sessions.revoke(ownerOf(owner), id, now)
    this.#verdicts.forget(owner.id, id)
    // Without its session none of them renews anything: this is tidying.
    if (isEnded) await this.#families.revokeAll(ownerOf(owner), id, 'session_revoked', now)
    return isEnded
  }

  async isOf(owner: SessionOwner, id: string): Promise<boolean> {
    const { keys, clock } = this.#parts
    if (isSessionIdOf(keys, owner.id, id)) return true
    // Its key may have been taken out of the ring, which ends no session.
    const session = await this.#sessions.find(id, clock.now())
    if (session === null) return false
    const { subject, tenant } = session.owner
    return subject === owner.id && tenant === owner.tenant
  }

  async endAll(owner: SessionOwner, except: string | null): Promise<number> {
    const now = this.#parts.clock.now()
    const of = ownerOf(owner)
    this.#verdicts.forget(owner.id, null, except)
    const count = await this.#sessions.revokeAll(of, except, now)
    // Again: what was read meanwhile was read before the end.
    this.#verdicts.forget(owner.id, null, except)
    if (except === null) {
      await this.#families.revokeAll(of, null, 'session_revoked', now)
      return count
    }
    for (const { id, session } of await this.#families.list(of, now)) {
      if (session !== except) await this.#families.revoke(of, id, 'session_revoked', now)
    }
    return count
  }

  async #add(session: Omit<StoredLoginSession, 'details'>, details: SessionDetails): Promise<void> {
    if (!(await this.#sessions.add({ ...session, details: writeDetails(details) }))) {
      throw new Error('The login session could not be stored')
    }
  }

  /** Before anything is made or given (MFA-1): a pass that is not this account's, as it is now, is a mistake of ours. */
  async #passed(call: Call, signIn: SignIn): Promise<GatePass> {
    const { account, pass } = signIn
    if (pass !== undefined) {
      if (pass.isOf(account)) return pass
      throw new Error('The pass of the gate is of another account, or of an epoch of before')
    }
    const trusted = signIn.trusted ?? (await call.resolve(this.#cookies.sentTrusted))
    const device = await call.resolve(this.#cookies.sentDevice)
    return this.#parts.gate.hold(call, { ...signIn, trusted, device })
  }

  #trustCookie(token: string | null): ReturnType<SessionCookies['setTrusted']> {
    const { trustedDevices } = this.#parts.values.mfa
    if (token === null || trustedDevices === false) return {}
    return this.#cookies.setTrusted(token, trustedDevices)
  }

  /** Whoever signs in anew leaves the session that the browser had: nobody planted it for later. */
  async #endSent(call: Call, id: string): Promise<void> {
    this.#ownEnds.note(call.callId)
    const { auth } = call
    const before = auth?.session?.id
    if (auth !== null && before !== undefined && before !== id) {
      await this.end({ id: auth.subject, tenant: auth.tenant }, before)
    }
    const sent = await this.#sentSession(call)
    if (sent !== null && sent.id !== before) {
      const { subject, tenant } = sent.owner
      await this.end({ id: subject, tenant }, sent.id)
    }
  }

  /** That of the cookie of the call, where it opens one. */
  async #sentSession(call: Call): Promise<StoredLoginSession | null> {
    const text = await call.resolve(this.#cookies.sentLogin)
    const id = text === null ? null : readToken('cookie', text)
    if (text === null || id === null) return null
    const session = await this.#sessions.find(id, this.#parts.clock.now())
    return session !== null && equalSecrets(session.digest, digestOf(text)) ? session : null
  }

  async #cookieRefresh(call: Call): Promise<Reply<unknown>> {
    const { clock } = this.#parts
    const session = await this.#sentSession(call)
    const details = session === null ? null : readDetails(session)
    if (session === null || details?.mode !== 'cookie') {
      throw accountsProblems.problem('missing_refresh_token')
    }
    const { kind } = await standingOf(this.#parts, session, details)
    if (kind === 'disabled') throw accountsProblems.problem('account_disabled')
    if (kind === 'over') throw accountsProblems.problem('invalid_refresh_token')
    await this.#sessions.seen([{ id: session.id, at: clock.now() }])
    return reply(cookieBody(session.endsAt - clock.now()), { headers: NO_STORE })
  }

  async #told(call: Call, subject: string): Promise<void> {
    const { onTokenRefresh } = this.#parts.values
    if (onTokenRefresh === null) return
    try {
      const account = await this.#parts.accounts.find(subject)
      if (account !== null) await onTokenRefresh(accountOf(account), call)
    } catch (error) {
      call.log.error({ err: error }, 'onTokenRefresh of accounts() failed; the tokens were renewed')
    }
  }

  /** Once for a family: the session that it is of ends, and its owner is told. */
  async #stolen(family: RefreshFamily, call: Call): Promise<void> {
    const { subject, tenant } = family.owner
    const { session } = family
    if (family.reason !== 'reuse' || session === null) return
    if (!(await this.end({ id: subject, tenant }, session))) return
    call.log.warn(
      { subject, session, family: family.id },
      'A refresh token was used twice: its session has been ended',
    )
    const { accounts, audit, data, mails } = this.#parts
    try {
      await audit?.append('session.refresh_reused', {
        subject,
        ...(tenant === null ? {} : { tenant }),
        data: { session, family: family.id },
      })
      const account = await accounts.find(subject)
      const address = account?.email ?? null
      if (account !== null && address !== null) {
        const notice = { kind: 'sessions_stolen' as const, address, locale: account.locale }
        await data.unit((unit) => mails.notice(unit, notice))
      }
    } catch (error) {
      // The session is over all the same.
      call.log.error({ err: error }, 'That a refresh token was used twice could not be told')
    }
  }
}

function ownerOf({ id, tenant }: SessionOwner): Owner {
  return { tenant, subject: id }
}

function cookieBody(left: number): Readonly<Record<string, unknown>> {
  return { mode: 'cookie', expires_in: Math.floor(left / 1000) }
}
