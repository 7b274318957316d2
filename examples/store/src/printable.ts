// Control characters, what changes the direction of text, what is shown as nothing (fillers and variation
// selectors are letters and marks to Unicode), halves of characters, and every space but the usual one.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}\p{Zl}\p{Zp}]|(?! )\p{Zs}/gu

/**
 * Text of an agent for a terminal: an escape sequence could hide or repaint what is being approved, and
 * so could text that runs from right to left.
 */
export function printable(text: string): string {
  return text.replace(INVISIBLE, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`)
}
