import type { MailFacts } from '../mail-jobs.ts'
import type { MailMessage } from '../mailer.ts'
import type { MailCatalogue } from './mail-catalogue.ts'
import type { WrittenMail } from './mail-text.ts'

/** What the mails of an app have in common. */
export interface MailStyle {
  readonly catalogue: MailCatalogue
  /** How the app is called in them. */
  readonly app: string
  /** Of mails to whoever has said nothing. */
  readonly language: string
}

const MINUTE = 60_000
const HOUR = 60

/** A mail as text and as plain HTML: one link, no picture, nothing that tells its sender that it was opened. */
export function writeMail(facts: MailFacts, { catalogue, app, language }: MailStyle): MailMessage {
  const { to, locale, proof, createdAt, expiresAt } = facts
  const lang = catalogue.localeOf(locale, language)
  const { subject, before, link, after } = catalogue.textOf(kindOf(facts), locale)
  const places: Readonly<Record<string, string>> = {
    app,
    time: timeText(expiresAt - createdAt, lang),
    when: new Intl.DateTimeFormat(lang, {
      dateStyle: 'long',
      timeStyle: 'long',
      timeZone: 'UTC',
    }).format(createdAt),
  }
  // Once over the text: what stands for something is not looked at again.
  const filled = (text: string) => text.replace(/\{(\w+)\}/g, (all, name) => places[name] ?? all)
  const shown = proof === null ? null : 'link' in proof ? proof.link : proof.code
  const paragraphs = [filled(before), ...(shown === null ? [] : [shown]), filled(after)]
  const middle =
    proof === null
      ? []
      : 'link' in proof
        ? [`<a href="${escaped(proof.link)}">${escaped(filled(link))}</a>`, escaped(proof.link)]
        : [`<strong style="font-size:1.5em">${escaped(proof.code)}</strong>`]
  const html = [escaped(filled(before)), ...middle, escaped(filled(after))]
  const title = filled(subject)
  return {
    to,
    subject: title,
    text: `${paragraphs.join('\n\n')}\n`,
    html: `<!doctype html>
<html lang="${escaped(lang)}">
<head><meta charset="utf-8"><title>${escaped(title)}</title></head>
<body>
${html.map((one) => `<p>${one}</p>`).join('\n')}
</body>
</html>
`,
  }
}

/** A mail to nobody is written as the one that somebody would get: it takes as long. */
function kindOf({ kind, purpose }: MailFacts): WrittenMail {
  if (kind !== 'nobody') return kind
  // A decoy is never a notice.
  return purpose as WrittenMail
}

/** `30 minutes`, `24 hours`. */
function timeText(ms: number, lang: string): string {
  const minutes = Math.max(1, Math.round(ms / MINUTE))
  const isHours = minutes % HOUR === 0
  const format = new Intl.NumberFormat(lang, {
    style: 'unit',
    unit: isHours ? 'hour' : 'minute',
    unitDisplay: 'long',
  })
  return format.format(isHours ? minutes / HOUR : minutes)
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (one) => `&#${one.charCodeAt(0)};`)
}
