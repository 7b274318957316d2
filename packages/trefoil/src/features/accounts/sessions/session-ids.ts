import { createHash, randomBytes } from 'node:crypto'
import { equalSecrets } from '../../../parts.ts'
import { type AccountKeys, macOf } from '../account-keys.ts'

const RANDOM = 16
const MARK = 8

/**
 * Ids of sessions carry whose they are, as a keyed mark: who ends a session of his own a second time is told
 * that it is over, and who asks for another's hears what he would hear of none, with nothing kept of those that
 * are gone.
 */
export function makeSessionId(keys: AccountKeys, subject: string): string {
  const random = randomBytes(RANDOM)
  const [mark] = marksOf(keys, subject, random)
  return Buffer.concat([random, mark ?? Buffer.alloc(MARK)]).toString('base64url')
}

/** True for an id that {@link makeSessionId} gave for this account. It opens nothing. */
export function isSessionIdOf(keys: AccountKeys, subject: string, id: string): boolean {
  if (!/^[A-Za-z0-9_-]{32}$/.test(id)) return false
  const bytes = Buffer.from(id, 'base64url')
  const [random, mark] = [bytes.subarray(0, RANDOM), bytes.subarray(RANDOM)]
  return marksOf(keys, subject, random).some((own) => equalSecrets(own, mark))
}

function marksOf(keys: AccountKeys, subject: string, random: Uint8Array): readonly Buffer[] {
  const whose = createHash('sha256').update(subject, 'utf8').digest('base64url')
  const text = `session ${Buffer.from(random).toString('base64url')} ${whose}`
  return keys
    .all('cookie')
    .map((key) => Buffer.from(macOf(key, text), 'base64url').subarray(0, MARK))
}
