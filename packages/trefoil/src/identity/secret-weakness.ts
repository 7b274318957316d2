import type { ProductionRisk } from '../contract/production-risk.ts'

const MIN_BYTES = 32
const MIN_DISTINCT = 8

/** Words of which example values are made; a key made of nothing else is one. */
const EXAMPLE_WORDS: readonly string[] = `
  a abc abcdef abcdefghijklmnopqrstuvwxyz admin an app application at auth be bit bits byte bytes
  cat change changeit changeme char character characters chars code cookie default demo dev
  development do django dummy enter env example fake fixme foo bar baz for generate here i in
  insecure insert is it jwt key keyboard keys least letmein local long me min minimum must my new
  not of one only or our pass passphrase password passwd placeholder please private prod
  production put qwerty qwertyuiop random replace s safe sample sec secret secrets secure session
  set share shared should sign signing some something staging string strong super t temp temporary
  test testing text thats the this to todo token top trefoil unsafe use used value very with word
  xxx you your
`
  .trim()
  .split(/\s+/)

const LONGEST_WORD = Math.max(...EXAMPLE_WORDS.map(({ length }) => length))
const WORDS: ReadonlySet<string> = new Set(EXAMPLE_WORDS)

/**
 * Why a key is easily guessed: too short, a pattern, or one of the values that stand in examples.
 * Says nothing about the key itself, so that the words can be shown and logged.
 *
 * @returns `null` when nothing speaks against it
 */
export function secretWeakness(key: Uint8Array): string | null {
  if (key.length < MIN_BYTES) return `shorter than ${MIN_BYTES} bytes`
  if (new Set(key).size < MIN_DISTINCT) return 'only a few different characters'
  if (isRepeated(key)) return 'a short text repeated'
  if (isCounted(key)) return 'characters in their order'
  return isExample(key) ? 'a well-known example value' : null
}

/** One risk for each weak secret of an authenticator or a signer, for `validateProduction()`. */
export function risksOfSecrets(
  what: string,
  secrets: readonly Uint8Array[],
): readonly ProductionRisk[] {
  return secrets.flatMap((secret) => {
    const weakness = secretWeakness(secret)
    if (weakness === null) return []
    return [{ code: 'weak_secret', message: `${what} must not be guessable: one is ${weakness}` }]
  })
}

/** True when the key is its own beginning over and over, the last time perhaps cut off. */
function isRepeated(key: Uint8Array): boolean {
  for (let period = 1; period <= key.length / 2; period++) {
    if (key.every((byte, index) => index < period || byte === key[index - period])) return true
  }
  return false
}

/** `abcdefgh…`, and bytes that count up or down. */
function isCounted(key: Uint8Array): boolean {
  const step = (key[1] ?? 0) - (key[0] ?? 0)
  return key.every((byte, index) => index === 0 || byte - (key[index - 1] ?? 0) === step)
}

/** Only for keys that are mostly letters: in others a few letters are words by chance. */
function isExample(key: Uint8Array): boolean {
  const text = new TextDecoder().decode(key).toLowerCase()
  const letters = text.replaceAll(/[^a-z]/g, '')
  return letters.length >= text.length / 2 && isMadeOfWords(letters)
}

function isMadeOfWords(letters: string): boolean {
  const reachable = [true]
  for (let end = 1; end <= letters.length; end++) {
    const from = Math.max(0, end - LONGEST_WORD)
    reachable[end] = false
    for (let start = from; start < end && reachable[end] === false; start++) {
      reachable[end] = reachable[start] === true && WORDS.has(letters.slice(start, end))
    }
  }
  return reachable[letters.length] === true
}
