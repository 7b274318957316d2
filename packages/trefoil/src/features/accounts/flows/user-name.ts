import { accountsProblems } from '../accounts-problems.ts'
import { textField } from '../fields.ts'
import type { FlowStep } from '../flow-step.ts'
import { readUsername } from '../identifier.ts'
import { ownAccount, ownSession } from './own-session.ts'
import { refuseAnonymous } from './prove-presence.ts'
import { BY_FORM } from './step-fields.ts'

const LONGEST = 256

/** User names are public: whoever asks for one learns whether somebody has it. */
export const setUsername: FlowStep = {
  flow: 'username',
  name: 'set_username',
  method: 'POST',
  path: '/username',
  proof: 'session',
  owner: 'caller',
  after: [],
  register(routes, path, house) {
    const { accounts, data, values } = house
    if (!values.usernames) return
    routes.post(
      path,
      {
        ...BY_FORM,
        name: this.name,
        guards: [ownSession],
        params: { username: textField(LONGEST) },
        problems: ['username_taken', 'invalid_username'],
      },
      async ({ username: given }, call) => {
        const account = await ownAccount(house, call)
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
