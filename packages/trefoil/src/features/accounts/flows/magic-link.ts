import { reply } from '../../../index.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { FlowStep } from '../flow-step.ts'
import { readAddress } from '../identifier.ts'
import { beginSession } from './begin-session.ts'
import { confirmRate, mailRate } from './mail-rate.ts'
import { enterMailbox, issueEntry } from './mailbox-entry.ts'
import { ADDRESS, BY_FORM, MODE, TOKEN } from './step-fields.ts'

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
        ...BY_FORM,
        ...mailRate(house),
        name: this.name,
        public: true,
        params: { email: ADDRESS },
        status: 202,
        problems: ['invalid_address'],
      },
      async ({ email }, call) => {
        const address = readAddress(email)
        if (address === null) throw accountsProblems.problem('invalid_address')
        await issueEntry(house, call, 'magic_link', address)
        return reply({ detail: 'If you can sign in here, a link is on its way to you' })
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
    const { challenges, data, values } = house
    if (!values.magicLink) return
    routes.post(
      path,
      {
        ...BY_FORM,
        ...confirmRate(house),
        name: this.name,
        public: true,
        params: { token: TOKEN, mode: MODE },
        problems: ['invalid_link', 'account_disabled'],
      },
      async ({ token, mode = 'bearer' }, call) => {
        const unit = await call.resolve(data.db)
        const challenge = await challenges.consumeLink(unit, 'magic_link', token)
        const account = challenge === null ? null : await enterMailbox(house, unit, challenge)
        if (challenge === null || account === null) throw accountsProblems.problem('invalid_link')
        const identifier = { kind: 'email', text: challenge.address } as const
        return beginSession(house, call, unit, account, { methods: ['mail'], mode, identifier })
      },
    )
  },
}
