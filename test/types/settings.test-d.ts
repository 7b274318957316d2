// P-SET-1: settings have the types of what their schemas give. Each negative differs from what compiles in
// one thing.
import {
  createApp,
  type Dependency,
  type Duration,
  defineSettings,
  dependency,
  duration,
  Secret,
  type SettingsOf,
  secret,
} from 'trefoil'
import { apiKeyAuth, introspectionAuth, jwtAuth, keyRing } from 'trefoil/auth'
import { z } from 'zod'
import { exact } from './expect.ts'

const fields = {
  port: z.int().default(8000),
  hosts: z.array(z.string()),
  wait: z.string().default('30s').transform(duration),
  key: secret(),
  old: secret({ optional: true }),
  long: secret({ minBytes: 32 }),
}
const settings = defineSettings(fields, { envPrefix: 'HR_' })

exact<number>()(settings.port)
exact<Duration>()(settings.wait)
exact<Secret<string>>()(settings.key)
exact<Secret<string> | undefined>()(settings.old)
exact<Secret<string>>()(settings.long)
exact<SettingsOf<typeof fields>>()(settings)
exact<Dependency<SettingsOf<typeof fields>>>()(dependency(() => settings))
createApp({ limits: { timeout: settings.wait } })

// @ts-expect-error frozen
settings.port = 1
// @ts-expect-error no such setting
settings.prot
// @ts-expect-error the prefix is missing
defineSettings(fields, {})
defineSettings(fields, { envPrefix: 'HR_', variables: { port: 'PORT' } })
// @ts-expect-error no such setting
defineSettings(fields, { envPrefix: 'HR_', variables: { prot: 'PORT' } })
// @ts-expect-error no schema
defineSettings({ port: 8000 }, { envPrefix: 'HR_' })
// @ts-expect-error an object schema is no map of fields
defineSettings(z.object(fields), { envPrefix: 'HR_' })

jwtAuth({ keys: settings.key })
keyRing(settings.key, [settings.long, 'text'])
apiKeyAuth({ keys: [[settings.key, 'batch']] })
introspectionAuth({ url: 'https://x', clientId: 'x', clientSecret: settings.key, audience: 'x' })
// @ts-expect-error may be absent
keyRing(settings.old)
// @ts-expect-error a secret of something else
jwtAuth({ keys: new Secret(7) })
