import { field, reply } from '../../../index.ts'
import { equalSecrets } from '../../../parts.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { textField } from '../fields.ts'
import type { FlowStep } from '../flow-step.ts'
import { readAddress } from '../identifier.ts'
import { NEVER_KEPT } from './accepted.ts'
import { beginSession } from './begin-session.ts'
import { confirmRate, mailRate } from './mail-rate.ts'
import { admitNewcomer, enterMailbox, issueEntry } from './mailbox-entry.ts'
import { params, STRANGERS } from './step-options.ts'

const LONGEST_ID = 64
const LONGEST_CODE = 32
/** Wrong or right: of a million codes nobody tries more. */
const TRIES = 5

const CODE = field(textField(LONGEST_CODE), { sensitive: true })

/** Asks for a code that signs in, together with the challenge of the answer: a code alone opens nothing. */
export const sendEmailCode: FlowStep = {
  flow: 'email_code',
  name: 'send_email_code',
  method: 'POST',
  path: '/email-code',
  proof: 'nothing',
  owner: 'mailbox',
  after: [],
  register(routes, path, house) {
    if (!house.values.emailCode) return
    routes.post(
      path,
      {
        ...STRANGERS,
        ...mailRate(house),
        name: 'send_email_code',
        description:
          'Ask for a code in a mail that signs in, together with the challenge of the answer.',
        params: { email: params.email },
        status: 202,
        problems: ['invalid_address'],
      },
      async ({ email }, call) => {
        const address = readAddress(email)
        if (address === null) throw accountsProblems.problem('invalid_address')
        const challenge = await issueEntry(house, call, 'email_code', address)
        return reply({ challenge }, { status: 202, headers: NEVER_KEPT })
      },
    )
  },
}

/** Signs in whoever has the code, once. Guesses are counted for the challenge and for the address it went to. */
export const useEmailCode: FlowStep = {
  flow: 'email_code',
  name: 'use_email_code',
  method: 'POST',
  path: '/email-code/confirm',
  proof: 'mailbox',
  owner: 'mailbox',
  after: ['send_email_code'],
  register(routes, path, house) {
    const { accounts, challenges, locks, mfa, sessions, data, values } = house
    if (!values.emailCode) return
    routes.post(
      path,
      {
        ...STRANGERS,
        ...confirmRate(house),
        name: 'use_email_code',
        description: 'Sign in by a code and the challenge it was sent for.',
        params: {
          challenge: textField(LONGEST_ID),
          code: CODE,
          mode: params.mode,
          device_token: params.optionalSecret,
        },
        problems: ['invalid_code', 'account_locked', 'account_disabled', 'MFA_REQUIRED'],
      },
      async ({ challenge: id, code, mode = 'bearer', device_token }, call) => {
        const { client, signal } = call
        const device = device_token ?? (await call.resolve(sessions.deviceCookie))
        const asked = await challenges.find(id)
        const found = asked?.purpose === 'email_code' ? asked : null
        const identifier = found === null ? null : ({ kind: 'email', text: found.address } as const)
        const tried = { identifier, client, device, signal }
        const { isRight, isPartial } = await locks.attempt(tried, async () => {
          // Before it is compared, and kept whatever becomes of the call: of many at once five are looked at.
          const mayTry = await challenges.countTry(id, 'email_code', TRIES)
          const expected = found === null ? null : challenges.code(found)
          // Made with a key that this process has not got, as while keys are rotated: nobody has looked, nothing was guessed.
          if (found !== null && expected === null) throw accountsProblems.problem('invalid_code')
          const isSame = equalSecrets(expected ?? '------', code.replaceAll(/[\s-]/g, ''))
          const answer = isSame && mayTry && expected !== null && found?.mail === 'email_code'
          const holder = answer ? await accounts.byIdentifier(identifier) : null
          const isPartial = holder !== null && (await mfa.mayNeedMore(holder))
          return { isRight: answer, isPartial, value: { isRight: answer, isPartial } }
        })
        if (!isRight) throw accountsProblems.problem('invalid_code')
        await admitNewcomer(house, found)
        const unit = await call.resolve(data.db)
        const challenge = await challenges.consume(unit, 'email_code', id)
        const account = challenge === null ? null : await enterMailbox(house, unit, challenge)
        if (account === null || identifier === null) {
          throw accountsProblems.problem('invalid_code')
        }
        const answer = await beginSession(house, call, unit, account, {
          methods: ['otp'],
          mode,
          identifier,
          device,
          failure: 'invalid_code',
          uses: { purpose: 'email_code', id },
        })
        if (isPartial) await locks.entered(tried)
        return answer
      },
    )
  },
}
