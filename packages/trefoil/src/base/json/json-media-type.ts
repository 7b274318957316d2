/** True for `application/json` and every `…+json`, whatever its parameters. */
export function isJsonMediaType(text: string): boolean {
  const essence = mediaTypeEssence(text)
  return essence === 'application/json' || essence.endsWith('+json')
}

/** `type/subtype` in lower case, parameters left out. */
export function mediaTypeEssence(text: string): string {
  const end = text.indexOf(';')
  return (end === -1 ? text : text.slice(0, end)).trim().toLowerCase()
}
