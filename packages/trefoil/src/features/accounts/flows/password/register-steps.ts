import { reply } from '../../../../index.ts'
import { accountsProblems } from '../../accounts-problems.ts'
import type { FlowStep } from '../../flow-step.ts'
import { readAddress } from '../../identifier.ts'
import { mailSent, NEVER_KEPT } from '../accepted.ts'
import { confirmRate, mailRate } from '../mail-rate.ts'
import { params, STRANGERS } from '../step-options.ts'
import { completeRegistration, register, sendAgain } from './registration.ts'

const registerStep: FlowStep = {
  flow: 'register',
  name: 'register',
  method: 'POST',
  path: '/register',
  proof: 'nothing',
  owner: 'nobody',
  after: [],
  register(routes, path, house) {
    const { email, password, word } = params
    routes.post(
      path,
      {
        ...STRANGERS,
        ...mailRate(house),
        name: 'register',
        description: 'Register with an address and a password; a mail proves the address.',
        params: { email, password, username: word, locale: word },
        status: 202,
        problems: [
          'password_weak',
          'registration_closed',
          'invalid_address',
          'invalid_username',
          'username_taken',
        ],
      },
      async ({ email, password, username, locale }, call) => {
        await register(house, call, { email, password, username, locale, accountId: null })
        return mailSent('A mail is on its way: open the link in it')
      },
    )
  },
}

const verifyEmail: FlowStep = {
  flow: 'register',
  name: 'verify_email',
  method: 'POST',
  path: '/verify-email',
  proof: 'mailbox',
  owner: 'mailbox',
  after: ['register'],
  register(routes, path, house) {
    const { token } = params
    routes.post(
      path,
      {
        ...STRANGERS,
        ...confirmRate(house),
        name: 'verify_email',
        description: 'Prove the address of a registration by the token of the link that was sent.',
        params: { token },
        problems: ['invalid_link'],
      },
      async ({ token }, call) => {
        const unit = await call.resolve(house.data.db)
        const challenge = await house.challenges.consumeLink(unit, 'verify_email', token)
        if (challenge === null || !(await completeRegistration(house, unit, challenge))) {
          throw accountsProblems.problem('invalid_link')
        }
        // Whoever signed in before it was proved was counted, and so was whoever guessed: there was nothing to find.
        await house.locks.forget({ kind: 'email', text: challenge.address })
        return reply({ detail: 'The address is verified: sign in' }, { headers: NEVER_KEPT })
      },
    )
  },
}

const resend: FlowStep = {
  flow: 'register',
  name: 'resend_verification',
  method: 'POST',
  path: '/verify-email/resend',
  proof: 'nothing',
  owner: 'mailbox',
  after: ['register'],
  register(routes, path, house) {
    const { email } = params
    routes.post(
      path,
      {
        ...STRANGERS,
        ...mailRate(house),
        name: 'resend_verification',
        description: 'Send the mail of the newest registration of an address again.',
        params: { email },
        status: 202,
        problems: ['invalid_address'],
      },
      async ({ email }, call) => {
        const address = readAddress(email)
        if (address === null) throw accountsProblems.problem('invalid_address')
        await sendAgain(house, call, address)
        return mailSent('If this address has registered, a mail is on its way')
      },
    )
  },
}

/** Registration, until there is an account. */
export const REGISTER_STEPS: readonly FlowStep[] = [registerStep, verifyEmail, resend]
