import { accountsProblems } from '../../accounts-problems.ts'
import type { FlowStep } from '../../flow-step.ts'
import { refuseAnonymous } from '../refuse-anonymous.ts'
import { provePresence, signedIn } from '../signed-in.ts'
import { MEMBERS, params } from '../step-options.ts'
import { acceptFor, sessionIn, setPassword, tidySessions } from './set-password.ts'

/** A new password for whoever is signed in and knows the old one. */
export const CHANGE_PASSWORD_STEP: FlowStep = {
  flow: 'change_password',
  name: 'change_password',
  method: 'POST',
  path: '/change-password',
  proof: 'fresh-session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    const { password, optionalPassword } = params
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'change_password',
        description: 'Set a new password; all other sessions end, and this one gets new tokens.',
        params: { current_password: optionalPassword, password },
        problems: [
          'login_bad_credentials',
          'account_locked',
          'password_weak',
          'fresh_login_required',
        ],
      },
      async ({ current_password, password }, call) => {
        const member = await signedIn(house, call)
        const { account, session, mode, clientId } = member
        refuseAnonymous(account)
        await provePresence(house, call, member, current_password)
        const accepted = await acceptFor(house, call, account, password, 'change')
        const unit = await call.resolve(house.data.db)
        const epoch = await setPassword(house, unit, account, accepted)
        // Somebody was faster, and with that this session is over.
        if (epoch === null) throw accountsProblems.problem('fresh_login_required')
        // A new id: whoever has stolen the session of before has nothing of this one (fixation).
        const answer = await house.sessions.begin(call, {
          account: { ...account, epoch },
          methods: [],
          // Who is signed in shows no more and no less by it than before, but for the password.
          pass: house.mfa.keep(
            { ...account, epoch },
            session,
            account.password === null ? [] : ['pwd'],
          ),
          mode,
          clientId,
          deviceToken: null,
        })
        tidySessions(house, call, unit, account, sessionIn(answer))
        return answer
      },
    )
  },
}
