import { isRecord } from '../../base/plain/is-record.ts'
import type { Awaitable } from '../../base/promise.ts'
import { promised } from '../../base/promise.ts'
import type { Schema, SchemaResult } from '../params/schema.ts'
import { validatorOf } from '../params/validate.ts'
import type { ReadAnswer } from './question.ts'

const DECLINED: ReadAnswer<never> = { answered: Object.freeze({ action: 'decline' }) }
const CANCELLED: ReadAnswer<never> = { answered: Object.freeze({ action: 'cancel' }) }

/** An answer that is none. */
export function noAnswer(message: string): {
  readonly issues: readonly [{ readonly message: string }]
} {
  return { issues: [{ message }] }
}

/** @param accept reads what stands beside `action: 'accept'` */
export function readAction<Value>(
  sent: unknown,
  accept: (content: unknown) => Awaitable<ReadAnswer<Value>>,
): Awaitable<ReadAnswer<Value>> {
  const { action, content } = isRecord(sent) ? sent : {}
  if (action === 'accept') return accept(content)
  if (action === 'decline') return DECLINED
  if (action === 'cancel') return CANCELLED
  return noAnswer("action must be 'accept', 'decline' or 'cancel'")
}

/** Holds what was typed into a form to the schema of its author. */
export function readForm<Value>(
  schema: Schema<unknown, Value>,
  sent: unknown,
): Awaitable<ReadAnswer<Value>> {
  return readAction<Value>(sent, (content) => {
    if (!isRecord(content)) return noAnswer('content must be an object')
    const result = validatorOf(schema)(content)
    const waiting = promised(result)
    return waiting === null
      ? readResult<Value>(result as SchemaResult)
      : (waiting as Promise<SchemaResult>).then((late) => readResult<Value>(late))
  })
}

function readResult<Value>(result: SchemaResult): ReadAnswer<Value> {
  if (result.issues !== undefined) return { issues: result.issues }
  return { answered: Object.freeze({ action: 'accept', value: result.value as Value }) }
}
