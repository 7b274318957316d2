import type { Schema } from '../../../index.ts'
import { type FieldErrors, isSecret, longestOf, type PageField, type PageFields } from './fields.ts'
import { FormError } from './form-error.ts'

/** Only so much that a slip is found; whether there is such a mailbox a mail tells. */
const EMAIL = /^[^\s@]+@[^\s@]+$/
const KEY = /^[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+$/

/**
 * What a form gives, field by field.
 *
 * @param sent texts by name
 * @throws FormError with all that is wrong
 */
export async function readForm(
  fields: PageFields,
  sent: Readonly<Record<string, unknown>>,
): Promise<Readonly<Record<string, unknown>>> {
  const values: Record<string, unknown> = {}
  const errors: Record<string, string> = {}
  for (const [name, field] of Object.entries(fields)) {
    const text = typeof sent[name] === 'string' ? sent[name] : ''
    const read = await readField(field, text)
    if (read.error === null) values[name] = read.value
    else errors[name] = read.error
  }
  if (Object.keys(errors).length > 0) throw new FormError(errors)
  return Object.freeze(values)
}

type Read = { readonly error: null; readonly value: unknown } | { readonly error: string }

async function readField(field: PageField, sent: string): Promise<Read & { error: string | null }> {
  if (field.kind === 'tick') {
    const isTicked = sent !== ''
    if (!isTicked && field.required === true) return { error: 'form.required' }
    return { error: null, value: isTicked }
  }
  const text = tidy(field, sent)
  if (text === '' && field.kind !== 'hidden' && field.required !== false) {
    return { error: 'form.required' }
  }
  if (text.length > longestOf(field)) return { error: 'form.too_long' }
  if (text !== '' && field.kind === 'email' && !EMAIL.test(text)) return { error: 'form.email' }
  if (text !== '' && field.kind === 'choice' && !Object.hasOwn(field.options, text)) {
    return { error: 'form.invalid' }
  }
  const schema = 'schema' in field ? field.schema : undefined
  if (schema === undefined || (text === '' && field.kind !== 'hidden')) {
    return { error: null, value: text }
  }
  return bySchema(schema, text, isSecret(field))
}

async function bySchema(
  schema: Schema<unknown>,
  text: string,
  secret: boolean,
): Promise<Read & { error: string | null }> {
  const result = await schema['~standard'].validate(text)
  if (result.issues === undefined) return { error: null, value: result.value }
  const message = result.issues[0]?.message ?? ''
  // The words of a library may repeat what was typed.
  const isSaid = KEY.test(message) || (!secret && message !== '')
  return { error: isSaid ? message : 'form.invalid' }
}

/** Spaces round an address, or within a code that was read from somewhere, are no part of it. */
function tidy({ kind }: PageField, text: string): string {
  if (kind === 'code') return text.replace(/[\s\u00a0]+/g, '')
  return kind === 'text' || kind === 'email' ? text.trim() : text
}

/** What was typed, to be shown once more; never a secret. */
export function typedValues(
  fields: PageFields,
  sent: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) => {
      const text = sent[name]
      return isSecret(field) && field.kind !== 'hidden'
        ? []
        : typeof text === 'string'
          ? [[name, text]]
          : []
    }),
  )
}

/** Errors of fields that there are; those of others belong to the whole form. */
export function splitErrors(
  fields: PageFields,
  errors: FieldErrors,
): { readonly own: FieldErrors; readonly other: readonly string[] } {
  const own: Record<string, string> = {}
  const other: string[] = []
  for (const [name, text] of Object.entries(errors)) {
    const field = fields[name]
    if (field !== undefined && field.kind !== 'hidden') own[name] = text
    else other.push(text)
  }
  return { own, other }
}
