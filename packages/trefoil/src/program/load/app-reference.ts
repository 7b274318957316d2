/** Where an app is: a module and perhaps the name of an export, dots for members. */
export interface AppReference {
  /** Path as given, relative or absolute, with or without extension. */
  readonly module: string
  /** `null` when it is to be looked for. */
  readonly export: string | null
}

const EXPORT = /^[\p{L}_$][\p{L}\p{N}_$]*(\.[\p{L}_$][\p{L}\p{N}_$]*)*$/u

/**
 * Reads `./src/app.ts#app`, `src/app:app`, `src/app.ts` or `C:\x\app.ts#app`.
 *
 * @returns `null` when it has an empty or impossible part
 */
export function parseAppReference(text: string): AppReference | null {
  const hash = text.lastIndexOf('#')
  if (hash >= 0) return reference(text.slice(0, hash), text.slice(hash + 1))
  const colon = text.lastIndexOf(':')
  const name = text.slice(colon + 1)
  // The colon of a Windows drive or of file:// has a path behind it and divides nothing.
  if (colon >= 0 && !/[\\/]/.test(name)) return reference(text.slice(0, colon), name)
  return text === '' ? null : { module: text, export: null }
}

function reference(module: string, name: string): AppReference | null {
  return module !== '' && EXPORT.test(name) ? { module, export: name } : null
}
