const QUOTE = 0x22
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

/** So many brackets cost a parser some hundred kilobytes at most, however they are nested. */
const FEW = 4096

/**
 * True for a text that opens more brackets at once than `maxDepth`, and so many that a parser would
 * hold megabytes of them before anybody could say so (FND-30: two megabytes of `[`). Of valid JSON
 * it says what a parser would find; an ordinary document is not looked at character by character.
 */
export function nestsTooDeep(text: string, maxDepth: number): boolean {
  if (text.length <= FEW) return false
  if (!hasMany(text, '[') && !hasMany(text, '{')) return false
  let depth = 0
  for (let index = 0; index < text.length; index++) {
    switch (text.charCodeAt(index)) {
      case QUOTE:
        index = endOfString(text, index)
        break
      case OPEN_LIST:
      case OPEN_OBJECT:
        if (++depth > maxDepth) return true
        break
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        depth--
        break
      default:
    }
  }
  return false
}

/** The engine finds them many times faster than a loop over the text does. */
function hasMany(text: string, bracket: string): boolean {
  let many = 0
  for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) {
    if (++many > FEW / 2) return true
  }
  return false
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    if (unit === QUOTE) return index
    if (unit === BACKSLASH) index++
  }
  return text.length
}
