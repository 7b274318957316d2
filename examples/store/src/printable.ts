// Control characters, what changes the direction of text, and what has no width.
const INVISIBLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/**
 * Text of an agent for a terminal: an escape sequence could hide or repaint what is being approved, and
 * so could text that runs from right to left.
 */
export function printable(text: string): string {
  return text.replace(INVISIBLE, (sign) => `\\u{${(sign.codePointAt(0) ?? 0).toString(16)}}`)
}
