import { accountsProblems } from '../accounts-problems.ts'
import { textField } from '../fields.ts'
import type { FlowStep } from '../flow-step.ts'
import { readUsername } from '../identifier.ts'
import { refuseAnonymous } from './refuse-anonymous.ts'
import { signedIn } from './signed-in.ts'
import { MEMBERS } from './step-options.ts'

const LONGEST = 256

/** User names are public: whoever asks for one learns whether somebody has it. */
export const setUsername: FlowStep = {
  flow: 'username',
  name: 'set_username',
  method: 'POST',
  path: '/username',
  proof: 'session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    const { accounts, data, values } = house
    if (!values.usernames) return
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'set_username',
        description: 'Take a user name, or another one.',
        params: { username: textField(LONGEST) },
        problems: ['username_taken', 'invalid_username'],
      },
      async ({ username: given }, call) => {
        const { account } = await signedIn(house, call)
        refuseAnonymous(account)
        const username = readUsername(given)
        if (username === null) throw accountsProblems.problem('invalid_username')
        const unit = await call.resolve(data.db)
        const taken = await accounts.claim(unit, account.id, { username })
        if (taken === null) throw accountsProblems.problem('username_taken')
        return { username }
      },
    )
  },
}
