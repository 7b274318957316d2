// Run by accounts-mail.test.ts: accounts without a queue of the app, whose worker dies where it is told to.

import { createApp } from 'trefoil'
import { accounts } from 'trefoil/accounts'
import { database } from 'trefoil/database'
import { definePart } from 'trefoil/parts'

const { MAIL_URL: url = '', MAIL_DIE: dieAt = '' } = process.env

export const data = database({ url, wait: '60s' })
let units = 0

export const app = createApp({
  name: 'shop',
  env: {},
  log: { logger: { debug() {}, info() {}, warn() {}, error: console.error } },
  parts: [
    data,
    accounts({
      data,
      keys: 'k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c',
      appUrl: 'https://shop.example',
    }),
    definePart({
      name: 'killer',
      transaction: {
        // The unit of a job of mails is opened when its mail has been sent.
        begin() {
          units++
          if (dieAt === 'sent' && units > 0) process.kill(process.pid, 'SIGKILL')
        },
        beforeCommit() {},
      },
    }),
  ],
})
