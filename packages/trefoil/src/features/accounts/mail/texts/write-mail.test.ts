import { describe, expect, it } from 'vitest'
import type { MailFacts } from '../mail-jobs.ts'
import { DE } from './de.ts'
import { EN } from './en.ts'
import { MailCatalogue } from './mail-catalogue.ts'
import { MailLinks } from './mail-links.ts'
import { type MailTextOptions, WRITTEN_MAILS } from './mail-text.ts'
import { writeMail } from './write-mail.ts'

const AT = Date.UTC(2026, 10, 30, 15, 40)
const LINK = 'https://shop.example/reset-password#token=abc.def'

function facts(given: Partial<MailFacts> = {}): MailFacts {
  const kind = 'reset_password'
  const times = { createdAt: AT, expiresAt: AT + 30 * 60_000 }
  const to = 'ada@example.com'
  return {
    id: '1',
    kind,
    purpose: kind,
    to,
    locale: null,
    proof: { link: LINK },
    ...times,
    ...given,
  }
}

function written(given: Partial<MailFacts> = {}, texts: MailTextOptions = {}, language = 'en') {
  const catalogue = new MailCatalogue(language, texts)
  return writeMail(facts(given), { catalogue, app: 'Tea & <Cake>', language })
}

describe('texts', () => {
  it('are there for every mail in both languages, with the same places', () => {
    for (const [one, other] of [
      [EN, DE],
      [DE, EN],
    ] as const) {
      expect(Object.keys(one).sort()).toEqual([...WRITTEN_MAILS].sort())
      for (const kind of WRITTEN_MAILS) {
        for (const member of ['subject', 'before', 'link', 'after'] as const) {
          const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(String).sort()
          expect([kind, member, places(one[kind][member])]).toEqual([
            kind,
            member,
            places(other[kind][member]),
          ])
        }
      }
    }
  })

  it('say how long what they carry is good, and what to do if it was not you', () => {
    for (const kind of WRITTEN_MAILS) {
      const proves = EN[kind].link !== '' || kind.endsWith('_code')
      expect([kind, EN[kind].after.includes('{time}')]).toEqual([kind, proves])
      expect([kind, /not you|do not|did not/.test(EN[kind].after)]).toEqual([kind, true])
    }
  })

  it('are in the language of the account, else in that of the app, else of the region before', () => {
    expect(written({ locale: 'de' }).subject).toBe('Neues Passwort für Tea & <Cake>')
    expect(written({ locale: 'de-AT' }).subject).toContain('Neues Passwort')
    expect(written({}, {}, 'de').subject).toContain('Neues Passwort')
    for (const locale of ['fr', 'x"><script>', '', 'deutsch']) {
      expect(written({ locale }).subject).toContain('Choose a new password')
      expect(written({ locale }).html).toContain('<html lang="en">')
    }
  })

  it('take what the app says, in a language of ours or its own', () => {
    const subject = 'New password, {app}'
    expect(written({}, { en: { reset_password: { subject } } }).subject).toBe(
      'New password, Tea & <Cake>',
    )
    const texts = { 'fr-CA': EN }
    expect(written({ locale: 'fr-CA' }, texts).html).toContain('<html lang="fr-CA">')
    expect(written({ locale: 'fr' }, texts).html).toContain('<html lang="en">')
  })

  it('that are wrong are named when the app is made', () => {
    const make =
      (texts: object, language = 'en') =>
      () =>
        new MailCatalogue(language, texts as MailTextOptions)
    expect(make({ english: {} })).toThrow("'english' is no language")
    expect(make({ en: { reset: {} } })).toThrow("there is no mail 'reset'")
    expect(make({ en: { reset_password: { body: '' } } })).toThrow("'body' is none of subject")
    expect(make({ en: { reset_password: { after: '{url}' } } })).toThrow('{url} stands for nothing')
    expect(make({ en: { reset_password: { after: 5 } } })).toThrow('after must be text')
    expect(make({ en: { magic_link: { subject: 'a\r\nBcc: b' } } })).toThrow('must be one line')
    expect(make({ fr: { magic_link: {} } })).toThrow('has all mails')
    expect(make({}, 'fr')).toThrow('locale: there are no mails in that language')
  })
})

describe('a mail', () => {
  it('has one link, on a line of its own, and nothing that is loaded', () => {
    const { text, html = '' } = written()
    expect(text.split('\n').filter((line) => line.includes('://'))).toEqual([LINK])
    expect([...html.matchAll(/href="/g)]).toHaveLength(1)
    expect(html).not.toMatch(/<img|<script|<link|src=|url\(|<form|@import/i)
    expect(html).toContain(`<a href="${LINK}">Choose a new password</a>`)
    expect(text).toContain('30 minutes')
    expect(written({ locale: 'de' }).text).toContain('30 Minuten')
    expect(written({ expiresAt: AT + 86_400_000 }).text).toContain('24 hours')
  })

  it('has its code alone', () => {
    const { text } = written({ kind: 'email_code', proof: { code: '012345' } })
    expect(text.split('\n')).toContain('012345')
  })

  it('that tells something has no link, and says when', () => {
    const { text, html } = written({ kind: 'password_changed', purpose: 'notice', proof: null })
    expect(`${text}${html}`).not.toMatch(/https?:|<a /)
    expect(text).toMatch(/On November 30, 2026.*3:40.*UTC/)
  })

  it('to nobody is written like the one that somebody gets', () => {
    const { subject } = written({ kind: 'nobody' })
    expect(subject).toBe(written().subject)
  })

  it('shows a name with marks in it as it is, and cannot be written by it', () => {
    const { html = '', subject } = written()
    expect(subject).toContain('Tea & <Cake>')
    expect(html).toContain('Tea &#38; &#60;Cake&#62;')
    const named = new MailCatalogue('en', {})
    const mail = writeMail(facts(), {
      catalogue: named,
      app: '{time} {when} $& $1',
      language: 'en',
    })
    expect(mail.subject).toBe('Choose a new password for {time} {when} $& $1')
  })
})

describe('HTTP-3 links', () => {
  it('lead where the configuration says, with the token behind #', () => {
    const links = new MailLinks('https://shop.example/app/')
    expect(links.linkTo('verify_email', 'id.mac')).toBe(
      'https://shop.example/app/verify-email#token=id.mac',
    )
  })

  it('lead nowhere that is not encrypted, but to this machine', () => {
    for (const url of ['http://localhost:3000', 'http://127.0.0.1:8080', 'http://[::1]:3000']) {
      expect(new MailLinks(url).linkTo('magic_link', 'a')).toContain(url)
    }
    const wrong = [
      'http://shop.example',
      'shop.example',
      'javascript:alert(1)',
      'https://a:b@shop.example',
    ]
    for (const url of [...wrong, 'https://shop.example/?a', 'https://shop.example/#a', '']) {
      expect(() => new MailLinks(url)).toThrow('appUrl must be an https origin')
    }
  })
})
