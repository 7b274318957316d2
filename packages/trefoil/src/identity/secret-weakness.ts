import type { ProductionRisk } from '../contract/options/production-risk.ts'

const MIN_BYTES = 32
const MIN_DISTINCT = 8
/** Fewer bytes than this that do not follow from the one before them are easily guessed. */
const MIN_SURPRISES = 9
/** Letters in a row of which nobody thinks they came about by chance. */
const LONG_RUN = 6
/** As many digits may be chosen freely beside example words: 13 bits are soon tried. */
const FREE_DIGITS = 4

/** Values that are copied from documentation, in lower case. */
const SAMPLES: ReadonlySet<string> = new Set([
  // FastAPI's and Flask's pages, a tutorial of Spring Boot, and RFC 7515 appendix A.1.
  '09d25e094faa6ca2556c818166b7a9563b93f7099f6f0f4caa6cf63b88e8d3e7',
  '192b9bdd22ab9ed4d12e236c78afcb9a393ec15f71bbf5dc987d54727823bcbf',
  '404e635266556a586e3272357538782f413f4428472b4b6250645367566b5970',
  'aym1sysppbydfgzld3umj1qzkobwvmkoqq-estjqlr_t-1qs0gzh75aktmn3yj0ips4hcguutwjazzr1z9caow',
])

/** What generators of projects put before a key that is to be replaced (Django's). */
const SAMPLE_STARTS: readonly string[] = ['django-insecure-']

/** Words of which example values are made; a key made of nothing else is one. */
const EXAMPLE_WORDS: readonly string[] = `
  a abc abcdef abcdefghijklmnopqrstuvwxyz admin amet an any app application asdf asdfgh asdfghjkl at
  auth battery be bit bits brown byte bytes cat change changed changeit changeme char character
  characters chars code complex consectetur cookie correct cow default demo dev development do dog dolor
  dont django dummy enter env example express fake fixme foo bar baz for fox from generate generated hello
  here horse hunter i in insecure insert ipsum is it jumps jwt key keyboard keys lazy least letmein
  local long lorem me min minimum more must my never new not of one only or our over pass passphrase
  password passwd placeholder please private prod production put quick qwerty qwertyuiop random
  replace s safe sample sec secret secrets secure server session set sh share shared should sign signing
  sit some something staple staging string strong super t temp temporary test testing tests text that thats
  the this to todo token top trefoil unsafe use used user value vault very with word world xx xxx you your
  zxcvbn zxcvbnm
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
  if (isCounted(key) || surprises(key) < MIN_SURPRISES) return 'characters in their order'
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

const NINE = 0x39

/** Bytes that neither repeat the one before nor are next to it, up or down; after 9 comes 0. */
function surprises(key: Uint8Array): number {
  let count = 0
  key.forEach((byte, index) => {
    const before = key[index - 1] ?? 0
    const step = byte - before
    if (index === 0 || (Math.abs(step) > 1 && !(before === NINE && step === -9))) count++
  })
  return count
}

/**
 * In a key of mostly digits a few letters are words by chance. There a long run of letters must be
 * words too, and the digits no more than a count.
 */
function isExample(key: Uint8Array): boolean {
  const text = new TextDecoder().decode(key).toLowerCase()
  if (SAMPLES.has(text)) return true
  if (SAMPLE_STARTS.some((start) => text.startsWith(start))) return true
  const letters = text.replaceAll(/[^a-z]/g, '')
  // `shhhhhhhh-secret`, drawn out to the length that was asked for.
  const short = letters.replaceAll(/(.)\1{2,}/g, '$1')
  if (!isMadeOfWords(letters) && !isMadeOfWords(short)) return false
  if (letters.length >= text.length / 2) return true
  const runs = text.match(/[a-z]+/g) ?? []
  return runs.some(({ length }) => length >= LONG_RUN) && freeDigits(text) <= FREE_DIGITS
}

/** Digits that the one before them does not lead to; after 9 comes 0. */
function freeDigits(text: string): number {
  const digits = text.replaceAll(/[^0-9]/g, '')
  let count = 0
  for (let index = 0; index < digits.length; index++) {
    const step = (Number(digits[index]) - Number(digits[index - 1] ?? '5') + 10) % 10
    if (index === 0 || (step !== 1 && step !== 0 && step !== 9)) count++
  }
  return count
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
