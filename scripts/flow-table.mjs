// The table of the flows of accounts: from the graph that the actions are registered from, and from what they register.
import { PROBLEMS } from '../packages/trefoil/src/contract/problems/problems.ts'
import { accountsProblems } from '../packages/trefoil/src/features/accounts/accounts-problems.ts'
import { FLOW_GRAPH } from '../packages/trefoil/src/features/accounts/flow-graph.ts'

const NEEDS = {
  nothing: 'nothing',
  mailbox: 'what was sent to the mailbox',
  session: 'a session',
  'fresh-session': 'a session, and a proof of just now',
  'refresh-token': 'a refresh token',
  passkey: 'a passkey',
  'pre-token': 'a pre-token',
  provider: 'a provider',
  operator: 'the rights of an operator',
}

/** Stands for whatever a step asks the house for while it is registered: every option is on. */
const ANYTHING = new Proxy(() => ANYTHING, {
  get: (_, name) => (name === Symbol.toPrimitive ? () => '' : ANYTHING),
  has: () => true,
})

/** What a step registers its action with. */
function registered(step) {
  let options
  const register = (_path, given) => {
    options = given
    return ANYTHING
  }
  step.register(new Proxy({}, { get: () => register }), step.path, ANYTHING)
  return options
}

export function flowRows() {
  return FLOW_GRAPH.map((step) => {
    const { problems = [], status } = registered(step)
    const answers = [...Map.groupBy(problems, statusOf)]
      .sort(([one], [other]) => one - other)
      .map(([code, names]) => `${code} ${names.map((name) => `\`${name}\``).join(', ')}`)
    const call = `\`${step.method} ${step.path}\`${status === undefined ? '' : ` → ${status}`}`
    return [`\`${step.name}\``, call, NEEDS[step.proof], answers.join('; ') || '–']
  })
}

function statusOf(code) {
  return (accountsProblems.rows[code] ?? PROBLEMS[code]).status
}
