import type { Reply } from '../../../index.ts'
import type { FieldErrors } from './fields.ts'

/**
 * Wrong fields of a form: `throw new FormError({ email: 'notes.taken' })`. The page is shown again with status 422,
 * with what was typed, and each text at its field; whatever the form has done is rolled back.
 */
export class FormError extends Error {
  override readonly name = 'FormError'
  /** Texts or keys by field. */
  readonly fields: FieldErrors

  constructor(fields: FieldErrors) {
    super('A form was filled in wrongly')
    this.fields = Object.freeze({ ...fields })
  }
}

/**
 * Leads somewhere else, with nothing done: `throw new FormLeads(site.go('/second-factor'))`. Whatever the form has done is
 * rolled back; cookies of the reply are set.
 */
export class FormLeads extends Error {
  override readonly name = 'FormLeads'
  readonly reply: Reply

  constructor(reply: Reply) {
    super('A form leads somewhere else')
    this.reply = reply
  }
}

/** A form whose token is not good (any more), or that was sent before. */
export class FormNotTaken extends Error {
  override readonly name = 'FormNotTaken'
  readonly why: 'expired' | 'sent' | 'no_cookie'
  /** False where nobody knows who filled it in: what was typed is not shown. */
  readonly isOurs: boolean

  constructor(why: FormNotTaken['why'], isOurs: boolean) {
    super('A form was not taken')
    this.why = why
    this.isOurs = isOurs
  }
}
