import { reply } from '../../../index.ts'
import { maskAddress, newRecoveryCodes } from '../../../inner.ts'
import { tell } from '../account-events.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { FlowStep } from '../flow-step.ts'
import { NEVER_KEPT } from '../flows/accepted.ts'
import { signedIn } from '../flows/signed-in.ts'
import { MEMBERS } from '../flows/step-options.ts'
import { CODE_PARAMS } from './code-params.ts'
import { proveForChange, useUp } from './prove-change.ts'
import { removeFactor } from './remove-factor.ts'

/** Of how an account is entered: no secret, and of its address only what its owner knows it by (S-MFA-4). */
const STATUS_STEP: FlowStep = {
  flow: 'mfa',
  name: 'get_mfa_status',
  method: 'GET',
  path: '/mfa/status',
  proof: 'session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    routes.get(
      path,
      { name: 'get_mfa_status', description: 'Show the second factors of your account.' },
      async (_, call) => {
        const { account } = await signedIn(house, call)
        const { factors, mfa, recovery, values } = house
        const confirmed = await factors.confirmed(account.id)
        const { digests } = await recovery.find(account.id)
        const isEnabled = confirmed.length > 0
        const isByMail = values.mfa.emailOtp.enabled && account.email !== null
        const since = confirmed.map(({ confirmedAt }) => confirmedAt ?? 0)
        const shown = {
          enabled: isEnabled,
          required: await mfa.isRequired(account, call),
          methods: [
            ...new Set(confirmed.map(({ kind }) => kind)),
            ...(isEnabled ? ['recovery'] : []),
            ...(isByMail ? ['email'] : []),
          ],
          confirmed_at: isEnabled ? new Date(Math.min(...since)).toISOString() : null,
          recovery_codes_left: digests.length,
          email_mask: account.email === null ? null : maskAddress(account.email),
          email_otp: isByMail,
        }
        return reply(shown, { headers: NEVER_KEPT })
      },
    )
  },
}

/** New recovery codes, shown once; those of before open nothing from the commit on (MFA-5). */
const REGENERATE_STEP: FlowStep = {
  flow: 'mfa',
  name: 'regenerate_recovery_codes',
  method: 'POST',
  path: '/mfa/recovery/regenerate',
  proof: 'fresh-session',
  owner: 'caller',
  after: ['confirm_mfa'],
  register(routes, path, house) {
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'regenerate_recovery_codes',
        description: 'Make new recovery codes, shown once; those of before open nothing any more.',
        params: { code: CODE_PARAMS.optionalCode },
        problems: ['mfa_not_enabled', 'invalid_code', 'account_locked', 'fresh_login_required'],
      },
      async ({ code }, call) => {
        const member = await signedIn(house, call)
        const { account } = member
        const { accounts, clock, data, factors, mails, passwords, recovery, values } = house
        const confirmed = await factors.confirmed(account.id)
        if (confirmed.length === 0) throw accountsProblems.problem('mfa_not_enabled')
        const shown = { password: undefined, code }
        const proved = await proveForChange(house, call, member, confirmed, shown)
        const codes = newRecoveryCodes(values.mfa.recoveryCodes, values.mfa.recoveryCodeLength)
        const digests = await passwords.digestsOf(codes, call.signal)
        const unit = await call.resolve(data.db)
        const { id, epoch, email: address, locale } = account
        const change = { endsSessions: false }
        // Two that ask at the same time follow each other, and only the codes of the second are good.
        if ((await accounts.change(unit, id, change, clock.now(), epoch)) === null) {
          throw accountsProblems.problem('fresh_login_required')
        }
        await useUp(unit, proved)
        await recovery.replace(unit, id, digests)
        if (address !== null) {
          await mails.notice(unit, { kind: 'recovery_codes_made', address, locale })
        }
        await tell(house, unit, 'recovery.regenerated', account)
        return reply({ codes }, { headers: NEVER_KEPT })
      },
    )
  },
}

/** Removes the authenticator app. Twice is as good as once. */
const DISABLE_STEP: FlowStep = {
  flow: 'mfa',
  name: 'disable_mfa',
  method: 'POST',
  path: '/mfa/disable',
  proof: 'fresh-session',
  owner: 'caller',
  after: ['confirm_mfa'],
  register(routes, path, house) {
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'disable_mfa',
        description: 'Remove the authenticator app from your account; all other sessions end.',
        params: { code: CODE_PARAMS.optionalCode, recovery_code: CODE_PARAMS.optionalCode },
        problems: ['mfa_enforced', 'invalid_code', 'account_locked', 'fresh_login_required'],
      },
      async ({ code, recovery_code }, call) => {
        const member = await signedIn(house, call)
        const { factors } = house
        const confirmed = await factors.confirmed(member.account.id)
        const totp = confirmed.find(({ kind }) => kind === 'totp')
        if (totp === undefined) return reply(null, { status: 204, headers: NEVER_KEPT })
        const shown = { password: undefined, code: recovery_code ?? code }
        const proved = await proveForChange(house, call, member, confirmed, shown)
        return removeFactor(house, call, member, totp, proved)
      },
    )
  },
}

/** What an owner sees of the second factors, and does with them. */
export const OWN_FACTOR_STEPS: readonly FlowStep[] = [STATUS_STEP, REGENERATE_STEP, DISABLE_STEP]
