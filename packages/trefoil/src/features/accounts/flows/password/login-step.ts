import { accountsProblems } from '../../accounts-problems.ts'
import type { FlowStep } from '../../flow-step.ts'
import { readIdentifier } from '../../identifier.ts'
import { params, STRANGERS } from '../step-options.ts'
import { checkLogin, noteLogin } from './check-login.ts'
import { sessionIn } from './set-password.ts'

/** Signing in by a password (S-LOGIN). Never a tool: no agent is to be given a password. */
export const LOGIN_STEP: FlowStep = {
  flow: 'login',
  name: 'login',
  method: 'POST',
  path: '/login',
  proof: 'nothing',
  owner: 'mailbox',
  after: ['verify_email'],
  register(routes, path, house) {
    const { name, word, password, mode, optionalSecret } = params
    routes.post(
      path,
      {
        ...STRANGERS,
        name: 'login',
        description: 'Sign in with an address, or a user name, and a password.',
        params: {
          email: name,
          username: name,
          password,
          mode,
          client_id: word,
          client_secret: optionalSecret,
          device_token: optionalSecret,
          device_cookie: house.sessions.deviceCookie,
          trusted_token: optionalSecret,
          // Of OAuth's password form, which whoever comes from there sends.
          grant_type: word,
          scope: word,
        },
        problems: [
          'login_bad_credentials',
          'login_user_not_verified',
          'account_locked',
          'account_disabled',
          'password_weak',
          'MFA_REQUIRED',
          'client_credentials_required',
          'invalid_client_credentials',
        ],
      },
      async (args, call) => {
        const { email, username, password, mode = 'bearer' } = args
        const client = house.clients.check(args.client_id, args.client_secret)
        const identifier = readIdentifier(username ?? email)
        const device = args.device_token ?? args.device_cookie
        const right = await checkLogin(house, call, { identifier, password, device })
        // Nobody is nobody's identifier.
        if (identifier === null) throw accountsProblems.problem('login_bad_credentials')
        const { account } = right
        const answer = await house.sessions.begin(call, {
          account,
          methods: ['pwd'],
          mode,
          clientId: client?.id ?? null,
          deviceToken: house.locks.deviceToken(identifier, device),
          identifier,
          trusted: args.trusted_token ?? null,
        })
        // Not before: whoever knows the password alone has no further tries by it.
        if (right.partial !== null) await house.locks.entered(right.partial)
        noteLogin(house, call, right, { password, session: sessionIn(answer) })
        return answer
      },
    )
  },
}
