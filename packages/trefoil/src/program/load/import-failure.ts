import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * An error of the developer's own code in one line, with the place in their files. Only for
 * someone who runs the app on this machine; remote callers never see it.
 */
export function describeError(error: unknown, cwd: string): string {
  if (!(error instanceof Error)) return String(error)
  const name =
    error.name === 'Error' || error.name === 'ImproperlyConfigured' ? '' : `${error.name}: `
  const place = placeOf(error, cwd)
  return `${name}${shorten(error.message, cwd)}${place === null ? '' : ` (${place})`}`
}

/** What to do about a module that cannot be imported; `undefined` when only its author knows. */
export function importFix(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null
  const message = error instanceof Error ? error.message : ''
  switch (code) {
    case 'ERR_MODULE_NOT_FOUND':
      if (message.startsWith('Cannot find package')) return 'Install the package it imports.'
      return 'Correct the import. A TypeScript file is imported with its own extension: `./x.ts`.'
    case 'ERR_UNSUPPORTED_TYPESCRIPT_SYNTAX':
      return 'Use TypeScript that can be erased (no enum, namespace or parameter property), or compile first.'
    case 'ERR_INVALID_TYPESCRIPT_SYNTAX':
      return 'Correct the syntax.'
    default:
      if (message.includes('does not provide an export')) return 'Correct the import.'
      return error instanceof SyntaxError
        ? 'Correct the syntax.'
        : 'Correct the module as described.'
  }
}

// The look-behind keeps out places inside Node itself, such as node:internal/modules/….
const PLACE = /(?<=^|[\s(])(file:\/\/[^\s()]+?|\/[^\s():]+|[A-Za-z]:\\[^\s():]+):(\d+)(?::\d+)?/gm

function placeOf({ stack, message }: Error, cwd: string): string | null {
  // The message itself may name files; the place is in the lines around it.
  const lines = (stack ?? '').replace(message, '')
  for (const [, location = '', line] of lines.matchAll(PLACE)) {
    if (location.includes('/node_modules/') || location.includes('\\node_modules\\')) continue
    const path = location.startsWith('file:') ? pathOf(location) : location
    if (isOwn(path)) return `${shorten(path, cwd)}:${line}`
  }
  return null
}

function pathOf(url: string): string {
  try {
    return fileURLToPath(url)
  } catch {
    return url
  }
}

const PROGRAM = fileURLToPath(new URL('..', import.meta.url))

/** Frames of the framework itself tell the developer nothing. */
function isOwn(path: string): boolean {
  return !path.startsWith(PROGRAM)
}

function shorten(text: string, cwd: string): string {
  const path = relative(cwd, text)
  const isInside = text.startsWith(cwd) && !path.startsWith('..')
  return isInside ? `./${path.replaceAll('\\', '/')}` : text.replaceAll(`${cwd}/`, './')
}
