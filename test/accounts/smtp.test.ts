import { inspect } from 'node:util'
import { Secret } from 'trefoil'
import { consoleMailer, type MailMessage, type SmtpOptions, smtpMailer } from 'trefoil/accounts'
import { NoRetry } from 'trefoil/jobs'
import { afterAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { authority } from '../attacks/certificates.ts'
import { type SinkOptions, type SmtpSink, smtpSink } from '../support/smtp-sink.ts'

const MAIL: MailMessage = {
  to: 'ada@example.com',
  subject: 'Grüße 🍀',
  text: 'https://shop.example/reset-password#token=canary-token\n',
  html: '<p>canary-token</p>',
}
const ca = authority('Mail authority')
afterAll(() => ca.close())
const CERTIFICATE = ca.issue('/CN=localhost', 'DNS:localhost,IP:127.0.0.1')
const CA = ca.cert.toString()

async function sinkOf(options: SinkOptions = {}): Promise<SmtpSink> {
  const sink = await smtpSink(options)
  onTestFinished(() => sink.close())
  return sink
}

function mailerTo({ port }: SmtpSink, options: SmtpOptions = {}) {
  const common = { host: '127.0.0.1', port, from: 'The shop <mail@shop.example>', timeout: '5s' }
  return smtpMailer({ ...common, ...options } as SmtpOptions)
}

const never = () => new AbortController().signal

async function failure(sink: SmtpSink, options: SmtpOptions = {}, mail = MAIL): Promise<Error> {
  try {
    await mailerTo(sink, options).send(mail, never())
  } catch (error) {
    return error as Error
  }
  throw new Error('It was sent')
}

beforeEach(() => {
  vi.unstubAllEnvs()
})

describe('a mail is sent', () => {
  test('with its sender, its texts and a word that a machine wrote it', async () => {
    const sink = await sinkOf()
    await mailerTo(sink).send(MAIL, never())
    const [{ from, to, raw } = { from: '', to: [], raw: '' }] = sink.mails
    expect([from, to]).toEqual(['mail@shop.example', ['ada@example.com']])
    expect(raw).toMatch(/^From: The shop <mail@shop\.example>\r$/m)
    expect(raw).toMatch(/^To: ada@example\.com\r$/m)
    expect(raw).toMatch(/^Subject: =\?UTF-8\?/m)
    expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m)
    expect(raw).toContain('text/plain')
    expect(raw).toContain('text/html')
  })

  test('S-ENV-1: to the server that the variables name', async () => {
    const sink = await sinkOf({ user: { name: 'shop', password: 'canary-password' } })
    vi.stubEnv('TREFOIL_AUTH_SMTP_HOST', '127.0.0.1')
    vi.stubEnv('TREFOIL_AUTH_SMTP_PORT', String(sink.port))
    vi.stubEnv('TREFOIL_AUTH_SMTP_USERNAME', 'shop')
    vi.stubEnv('TREFOIL_AUTH_SMTP_PASSWORD', 'canary-password')
    vi.stubEnv('TREFOIL_AUTH_SMTP_FROM', 'mail@shop.example')
    const mailer = smtpMailer()
    await mailer.send(MAIL, never())
    expect(sink.mails[0]?.user).toBe('shop')
    expect(inspect(mailer, { depth: 9 })).not.toContain('canary')
  })

  test('to addresses of unusual, valid forms, each as one', async () => {
    const sink = await sinkOf()
    const odd = [
      "o'hara+tag@example.com",
      'a&b=c@sub.example.co.uk',
      '{x}|y~z@xn--bcher-kva.example',
      'jürgen@example.com',
    ]
    for (const to of odd) await mailerTo(sink).send({ ...MAIL, to }, never())
    const headers = sink.mails.map(({ raw }) => /^To: (.*)\r$/m.exec(raw)?.[1])
    expect([headers, sink.mails.map(({ to }) => to.length)]).toEqual([odd, [1, 1, 1, 1]])
  })
})

describe('encryption', () => {
  test('is demanded, and the server is looked at, where tls is true', async () => {
    const sink = await sinkOf({ tls: CERTIFICATE })
    await mailerTo(sink, { tls: true, ca: CA }).send(MAIL, never())
    expect(sink.mails[0]?.isEncrypted).toBe(true)
    // Of an authority that nobody knows.
    const error = await failure(sink, { tls: true })
    expect([error.name, sink.mails.length]).toEqual(['SmtpFailed', 1])
  })

  test('that somebody took out of the offer is missed: no name, no password and no mail is said', async () => {
    const user = { name: 'shop', password: 'canary-password' }
    const sink = await sinkOf({ user })
    const heard: string[] = []
    const options = { tls: true, username: user.name, password: user.password }
    heard.push(inspect(await failure(sink, options)))
    expect(sink.mails).toEqual([])
    expect(heard.join()).not.toContain('canary')
  })

  test('is offered to a server on this machine, and not demanded', async () => {
    const encrypted = await sinkOf({ tls: CERTIFICATE })
    await mailerTo(encrypted).send(MAIL, never())
    const plain = await sinkOf()
    await mailerTo(plain).send(MAIL, never())
    expect([encrypted.mails[0]?.isEncrypted, plain.mails[0]?.isEncrypted]).toEqual([true, false])
  })

  test('tls: false is a risk in production, and nothing for a server on this machine', () => {
    const from = 'mail@shop.example'
    const risky = smtpMailer({ host: 'mail.example', from, tls: false })
    expect(risky.risks).toMatchObject([{ code: 'accounts_mail_in_clear' }])
    expect(smtpMailer({ host: 'localhost', from, tls: false }).risks).toEqual([])
    expect(smtpMailer({ host: 'mail.example', from }).risks).toEqual([])
  })
})

describe('what a server refuses', () => {
  test.each([
    ['mail', 550],
    ['rcpt', 550],
    ['rcpt', 553],
    ['data', 554],
  ] as const)(
    'for good at %s (%i) is not tried again, and says nothing of the mail',
    async (at, does) => {
      const sink = await sinkOf()
      sink.mood = { at, does, words: 'no such ada@example.com canary-token' }
      const error = await failure(sink)
      expect(error).toBeInstanceOf(NoRetry)
      expect(error.message).toContain(String(does))
      expect(inspect(error, { depth: 9 })).not.toMatch(/ada@|canary/)
    },
  )

  test.each([
    ['connect', 421],
    ['mail', 451],
    ['rcpt', 450],
    ['data', 452],
  ] as const)('for now at %s (%i) is tried again', async (at, does) => {
    const sink = await sinkOf()
    sink.mood = { at, does, words: 'later, ada@example.com canary-token' }
    const error = await failure(sink)
    expect([error.name, error instanceof NoRetry]).toEqual(['SmtpFailed', false])
    expect(inspect(error, { depth: 9 })).not.toMatch(/ada@|canary/)
  })

  test('a refused password is tried again, for an operator mends it, and is nowhere in the error', async () => {
    const sink = await sinkOf({ user: { name: 'shop', password: 'another' } })
    const options = { username: 'shop', password: new Secret('canary-password') }
    const error = await failure(sink, options)
    expect([error.name, error instanceof NoRetry]).toEqual(['SmtpFailed', false])
    expect(inspect(error, { depth: 9 })).not.toContain('canary')
  })
})

describe('a server that is not well', () => {
  test.each(['connect', 'auth', 'mail', 'rcpt', 'data'] as const)(
    'that hangs at %s is left',
    async (at) => {
      const sink = await sinkOf({ user: { name: 'shop', password: 'one' } })
      sink.mood = { at, does: 'hang' }
      const since = performance.now()
      const error = await failure(sink, { username: 'shop', password: 'one', timeout: '100ms' })
      expect(error.name).toBe('SmtpFailed')
      expect(performance.now() - since).toBeLessThan(5000)
    },
  )

  test.each(['connect', 'mail', 'rcpt', 'data'] as const)(
    'that drops at %s is told of',
    async (at) => {
      const sink = await sinkOf()
      sink.mood = { at, does: 'drop' }
      expect((await failure(sink)).name).toBe('SmtpFailed')
    },
  )

  test('that is not there is told of', async () => {
    const sink = await sinkOf()
    await sink.close()
    const error = await failure(sink)
    expect([error.name, error.message]).toEqual([
      'SmtpFailed',
      expect.stringMatching(/could not be used \(E[A-Z]+\)/),
    ])
  })

  test('is left at once when the job has to end', async () => {
    const sink = await sinkOf()
    sink.mood = { at: 'rcpt', does: 'hang' }
    const controller = new AbortController()
    const sent = mailerTo(sink, { timeout: '1m' }).send(MAIL, controller.signal)
    setTimeout(() => controller.abort(), 50)
    await expect(sent).rejects.toThrow('not sent in time')
  })
})

describe('a header that somebody else writes', () => {
  test.each([
    ['to', 'ada@example.com\r\nBcc: eve@example.com'],
    ['to', 'ada@example.com, eve@example.com'],
    ['to', 'eve@example.com <ada@example.com>'],
    ['to', '"ada@example.com\r\n"@evil.example'],
    ['to', 'ada@example.com\0'],
    ['subject', 'Hello\r\nBcc: eve@example.com'],
    ['subject', 'Hello\n\nbody'],
    ['subject', 'Hello\u2028there'],
  ] as const)('is refused in %s', async (member, value) => {
    const sink = await sinkOf()
    const error = await failure(sink, {}, { ...MAIL, [member]: value })
    expect(error).toBeInstanceOf(NoRetry)
    expect([sink.connections, error.message.includes('eve')]).toEqual([0, false])
    const printed: string[] = []
    const mailer = consoleMailer({ write: (text) => void printed.push(text) })
    await expect(async () => mailer.send({ ...MAIL, [member]: value }, never())).rejects.toThrow(
      NoRetry,
    )
    expect(printed).toEqual([])
  })

  test('is refused in from, at start-up', () => {
    for (const from of [
      'Shop\r\nBcc: eve@example.com <a@b.example>',
      'a@b.example, c@d.example',
      'shop',
    ]) {
      const make = () => smtpMailer({ host: 'mail.example', from })
      expect(make).toThrow('from must be one address')
    }
  })
})

test('options are looked at when the mailer is made, and no password is named', () => {
  const from = 'mail@shop.example'
  const wrong: readonly [SmtpOptions, RegExp][] = [
    [{}, /host/],
    [{ host: 'mail.example' }, /from/],
    [{ host: 'https://mail.example', from }, /host must be a host name/],
    [{ host: 'mail.example', from, port: 0 }, /port/],
    [{ host: 'mail.example', from, username: 'shop' }, /username and password go together/],
    [{ host: 'mail.example', from, password: 'canary-password' }, /go together/],
    [{ host: 'mail.example', from, timeout: 5 as never }, /timeout/],
  ]
  for (const [options, words] of wrong) {
    expect(() => smtpMailer(options)).toThrow(words)
    expect(() => smtpMailer(options)).not.toThrow(/canary/)
  }
})

test('consoleMailer() prints the link on a line of its own, and is a risk in production', () => {
  const printed: string[] = []
  const mailer = consoleMailer({ write: (text) => void printed.push(text) })
  mailer.send({ ...MAIL, text: `${MAIL.text}\u001b[2J` }, never())
  const lines = printed.join('').split('\n')
  expect(lines).toContain('--- mail to ada@example.com')
  expect(lines).toContain('https://shop.example/reset-password#token=canary-token')
  expect(printed.join('')).not.toContain('\u001b')
  expect(mailer.risks).toMatchObject([{ code: 'accounts_console_mailer' }])
})
