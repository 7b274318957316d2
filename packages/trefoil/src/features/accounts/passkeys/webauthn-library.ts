import { ImproperlyConfigured } from '../../../index.ts'

/** What of `@simplewebauthn/server` is used. */
export type WebauthnLibrary = Pick<
  typeof import('@simplewebauthn/server'),
  'verifyRegistrationResponse' | 'verifyAuthenticationResponse'
> &
  Pick<typeof import('@simplewebauthn/server/helpers'), 'decodeAttestationObject'>

const MISSING =
  'passkeys of accounts() need @simplewebauthn/server: npm install @simplewebauthn/server'

/**
 * Looks whether it is installed, and loads nothing of it.
 *
 * @throws ImproperlyConfigured
 */
export function checkInstalled(): void {
  try {
    // Not by an import: the bundler would have every door ask for it, also where there is no Node.
    const { createRequire } = process.getBuiltinModule('node:module')
    createRequire(import.meta.url).resolve('@simplewebauthn/server')
  } catch (cause) {
    throw new ImproperlyConfigured(MISSING, { cause })
  }
}

let loading: Promise<WebauthnLibrary> | null = null

/**
 * Loaded when the first passkey is looked at, and not before: it costs a tenth of a second and some 15 MB, and adds ten
 * functions to the global `Reflect`, which an app that has no passkeys is spared.
 */
export function webauthnLibrary(): Promise<WebauthnLibrary> {
  loading ??= load().catch((error: unknown) => {
    // Whatever kept it from being read may be over.
    loading = null
    throw error
  })
  return loading
}

async function load(): Promise<WebauthnLibrary> {
  checkInstalled()
  const [server, helpers] = await Promise.all([
    import('@simplewebauthn/server'),
    import('@simplewebauthn/server/helpers'),
  ])
  const { verifyRegistrationResponse, verifyAuthenticationResponse } = server
  const { decodeAttestationObject } = helpers
  return { verifyRegistrationResponse, verifyAuthenticationResponse, decodeAttestationObject }
}
