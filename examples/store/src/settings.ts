import { defineSettings, type SettingsOf, secret } from 'trefoil'
import { z } from 'zod'
import { AUDIENCE } from './access-token.ts'

/** HS256 wants 32 bytes (RFC 7518 §3.2): a shorter secret can be guessed offline from one token. */
const SECRET_BYTES = 32

const fields = {
  secret: secret({ minBytes: SECRET_BYTES, optional: true }),
  auditKey: secret({ minBytes: SECRET_BYTES, optional: true }),
  apiKey: secret({ minBytes: SECRET_BYTES, optional: true }),
  jwks: z.url().optional().describe("address of a provider's keys"),
  issuer: z.string().optional(),
  audience: z.string().default(AUDIENCE),
  oidcIssuer: z.string().optional().describe('`iss` of the provider that people may sign in with'),
  oidcClientId: z.string().optional(),
  oidcClientSecret: secret({ optional: true }),
}

/** What `STORE_…` variables say. */
export type StoreSettings = SettingsOf<typeof fields>

type Variables = Readonly<Record<string, string | undefined>>

/**
 * @throws ImproperlyConfigured with everything that is wrong
 */
export function readSettings(env: Variables = process.env): StoreSettings {
  return defineSettings(fields, { envPrefix: 'STORE_', env })
}
