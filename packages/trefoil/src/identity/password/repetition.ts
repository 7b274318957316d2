/** Rows of keys, and the order of letters and digits. */
const ROWS = [
  'abcdefghijklmnopqrstuvwxyz',
  '01234567890',
  'qwertyuiop',
  'asdfghjkl',
  'zxcvbnm',
  'qwertzuiop',
]
/** Characters from which on neighbours are a run. */
const RUN = 3

/**
 * True for a password that is a short one, written longer: the same character, characters in a row, or the
 * same piece over and over make half of it or more.
 */
export function isRepetitive(password: string): boolean {
  const characters = [...password.toLowerCase()]
  const { length } = characters
  if (length < 2 * RUN) return false
  return told(characters) * 2 <= length || periodOf(characters) * 2 <= length
}

/** Characters that the ones before them do not tell. */
function told(characters: readonly string[]): number {
  let count = 0
  let run = 1
  for (const [index, character] of characters.entries()) {
    const before = characters[index - 1]
    run = before !== undefined && follows(before, character) ? run + 1 : 1
    if (run < RUN) count++
    // The beginning of the run is known by then as well, but for its first character.
    else if (run === RUN) count -= RUN - 2
  }
  return count
}

function follows(before: string, character: string): boolean {
  if (before === character) return true
  return ROWS.some((row) => {
    const at = row.indexOf(before)
    return at >= 0 && (row[at + 1] === character || row[at - 1] === character)
  })
}

/** Length of the piece that it repeats, its own where it repeats none. By the failure function of Knuth, Morris and Pratt. */
function periodOf(characters: readonly string[]): number {
  const borders = [0]
  for (let index = 1; index < characters.length; index++) {
    let border = borders[index - 1] as number
    while (border > 0 && characters[index] !== characters[border])
      border = borders[border - 1] as number
    borders.push(characters[index] === characters[border] ? border + 1 : border)
  }
  return characters.length - (borders.at(-1) as number)
}
