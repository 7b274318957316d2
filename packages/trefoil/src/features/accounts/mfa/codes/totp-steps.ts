import { reply } from '../../../../index.ts'
import type { FlowStep } from '../../flow-step.ts'
import { sessionIn, tidySessions } from '../../flows/password/set-password.ts'
import { refuseAnonymous } from '../../flows/refuse-anonymous.ts'
import { identifierOf, signedIn } from '../../flows/signed-in.ts'
import { MEMBERS, params } from '../../flows/step-options.ts'
import { CODE_PARAMS } from '../code-params.ts'
import { proveForChange, refuseUseless, useUp } from '../prove-change.ts'
import { confirmSetup, enableTotp, refuseSecond, startTotp } from './enrol-totp.ts'

/** Shows the secret of an authenticator app, once; it counts for nothing yet. */
const START_STEP: FlowStep = {
  flow: 'mfa',
  name: 'start_mfa',
  method: 'POST',
  path: '/mfa/start',
  proof: 'fresh-session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'start_mfa',
        description: 'Begin to set up an authenticator app: its secret, shown once.',
        params: { current_password: params.optionalPassword, code: CODE_PARAMS.optionalCode },
        problems: [
          'mfa_already_enabled',
          'mfa_factor_unavailable',
          'login_bad_credentials',
          'invalid_code',
          'account_locked',
          'fresh_login_required',
        ],
      },
      async ({ current_password: password, code }, call) => {
        const member = await signedIn(house, call)
        const { account } = member
        refuseAnonymous(account)
        const confirmed = await house.factors.confirmed(account.id)
        refuseSecond(confirmed)
        await refuseUseless(house, call, member, confirmed, 'totp')
        const proved = await proveForChange(house, call, member, confirmed, { password, code })
        const answer = await startTotp(house, call, account)
        await useUp(await call.resolve(house.data.db), proved)
        return answer
      },
    )
  },
}

/** A code of the app: from now on it is asked for. All other sessions end, and this one gets a new id. */
const CONFIRM_STEP: FlowStep = {
  flow: 'mfa',
  name: 'confirm_mfa',
  method: 'POST',
  path: '/mfa/confirm',
  proof: 'session',
  owner: 'caller',
  after: ['start_mfa'],
  register(routes, path, house) {
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'confirm_mfa',
        description:
          'Confirm an authenticator app by a code of it: answers with recovery codes, shown once; all other sessions end.',
        params: { code: CODE_PARAMS.code },
        problems: ['no_mfa_setup', 'mfa_already_enabled', 'invalid_code', 'account_locked'],
      },
      async ({ code }, call) => {
        const { account, session, mode, clientId } = await signedIn(house, call)
        refuseAnonymous(account)
        const { client, signal } = call
        const tried = {
          identifier: identifierOf(account),
          client,
          device: null,
          session: session.id,
          factorOf: account.id,
          signal,
        }
        const setup = await confirmSetup(house, call, account, code, tried)
        const unit = await call.resolve(house.data.db)
        const epoch = await enableTotp(house, unit, account, setup)
        const now = { ...account, epoch }
        // A new id: whoever has stolen the session of before has nothing of this one.
        const answer = await house.sessions.begin(call, {
          account: now,
          methods: [],
          pass: house.mfa.keep(now, session, ['totp']),
          mode,
          clientId,
          deviceToken: null,
        })
        tidySessions(house, call, unit, account, sessionIn(answer))
        return reply(Object.assign({ codes: setup.codes }, answer.value), answer.options)
      },
    )
  },
}

/** An authenticator app, in the order in which people set it up. */
export const TOTP_STEPS: readonly FlowStep[] = [START_STEP, CONFIRM_STEP]
