import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'

/**
 * The text of a key in a file, read when the app starts. Messages name the file and never say what is
 * in it: it may be another file than was meant, with secrets in it.
 *
 * @throws ImproperlyConfigured when it cannot be read
 */
export function readKeyFile(file: URL): string {
  if (file.protocol !== 'file:') {
    throw new ImproperlyConfigured(
      'jwtAuth(): publicKey must be the URL of a file, as new URL("./key.pem", import.meta.url); ' +
        'keys at an address are given as jwks',
    )
  }
  try {
    // Not imported: this room is loaded where there are no files too.
    const { readFileSync } = globalThis.process.getBuiltinModule('node:fs')
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const code = (cause as { readonly code?: unknown }).code
    throw new ImproperlyConfigured(
      `jwtAuth(): publicKey: ${file.pathname} cannot be read (${typeof code === 'string' ? code : 'no file system'})`,
    )
  }
}
