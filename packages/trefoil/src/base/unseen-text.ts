/**
 * What a reader does not see for what it is: control characters (they move the cursor, set colours and
 * titles, type into a terminal), the two Unicode line ends (they read as another record), halves of
 * characters, marks of annotations, and every character that is shown as nothing: zero-width ones, soft
 * hyphens, fillers, variation selectors, tags (which spell whole sentences to a model and none to a
 * person), and the marks that turn the direction of writing. Unicode keeps the list of the last kind.
 */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Default_Ignorable_Code_Point}\u2028\u2029\ufff9-\ufffb]/gu

/** Most texts have nothing else, and one look at them is cheaper than the list. */
const BEYOND_ASCII = /[^\x20-\x7e]/

/**
 * The text with all of it made visible: `\u001b`, and `\udb40\udc41` for what has no shorter name in
 * JSON, so that a JSON text stays one and means the same.
 *
 * @param kept characters that stay, such as line ends
 */
export function escapeUnseen(text: string, kept = ''): string {
  if (!BEYOND_ASCII.test(text)) return text
  return text.replace(UNSEEN, (found) => (kept.includes(found) ? found : escaped(found)))
}

function escaped(found: string): string {
  let text = ''
  for (let at = 0; at < found.length; at++) {
    text += `\\u${found.charCodeAt(at).toString(16).padStart(4, '0')}`
  }
  return text
}
