import { accountsProblems } from '../accounts-problems.ts'
import type { FlowStep } from '../flow-step.ts'
import { readAddress } from '../identifier.ts'
import { mailSent } from './accepted.ts'
import { beginSession } from './begin-session.ts'
import { confirmRate, mailRate } from './mail-rate.ts'
import { admitNewcomer, enterMailbox, issueEntry } from './mailbox-entry.ts'
import { params, STRANGERS } from './step-options.ts'

/** Asks for a link that signs in. Whether anybody has the address shows nowhere but in the mailbox. */
export const sendMagicLink: FlowStep = {
  flow: 'magic_link',
  name: 'send_magic_link',
  method: 'POST',
  path: '/magic-link',
  proof: 'nothing',
  owner: 'mailbox',
  after: [],
  register(routes, path, house) {
    if (!house.values.magicLink) return
    routes.post(
      path,
      {
        ...STRANGERS,
        ...mailRate(house),
        name: 'send_magic_link',
        description: 'Ask for a link in a mail that signs in.',
        params: { email: params.email },
        status: 202,
        problems: ['invalid_address'],
      },
      async ({ email }, call) => {
        const address = readAddress(email)
        if (address === null) throw accountsProblems.problem('invalid_address')
        await issueEntry(house, call, 'magic_link', address)
        return mailSent('If you can sign in here, a link is on its way to you')
      },
    )
  },
}

/** Signs in whoever has the link, once. */
export const useMagicLink: FlowStep = {
  flow: 'magic_link',
  name: 'use_magic_link',
  method: 'POST',
  path: '/magic-link/confirm',
  proof: 'mailbox',
  owner: 'mailbox',
  after: ['send_magic_link'],
  register(routes, path, house) {
    const { challenges, sessions, data, values } = house
    if (!values.magicLink) return
    routes.post(
      path,
      {
        ...STRANGERS,
        ...confirmRate(house),
        name: 'use_magic_link',
        description: 'Sign in by the token of a link.',
        params: { token: params.token, mode: params.mode },
        problems: ['invalid_link', 'account_disabled', 'MFA_REQUIRED'],
      },
      async ({ token, mode = 'bearer' }, call) => {
        if (house.mfa.mayAskNewcomers) {
          await admitNewcomer(house, await challenges.readLink('magic_link', token))
        }
        const unit = await call.resolve(data.db)
        const challenge = await challenges.consumeLink(unit, 'magic_link', token)
        const account = challenge === null ? null : await enterMailbox(house, unit, challenge)
        if (challenge === null || account === null) throw accountsProblems.problem('invalid_link')
        return beginSession(house, call, unit, account, {
          methods: ['mail'],
          mode,
          identifier: { kind: 'email', text: challenge.address },
          device: await call.resolve(sessions.deviceCookie),
          failure: 'invalid_link',
          uses: { purpose: 'magic_link', id: challenge.id },
        })
      },
    )
  },
}
