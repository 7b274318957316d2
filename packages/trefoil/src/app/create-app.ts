import { App } from './app.ts'
import type { AnyAuthConfig, OwnPayloads, TypesOf } from './declare/app-types.ts'
import type { Part } from './declare/part-types.ts'
import { assertSupportedNode } from './fitness/supported-node.ts'
import type { AppOptions } from './options/app-options.ts'
import { readConfig } from './options/config.ts'

/** Options of {@link createApp}. */
export interface CreateAppOptions<
  Auth extends readonly AnyAuthConfig[],
  State,
  CallState,
  Parts extends readonly Part[] = readonly Part[],
> extends Omit<AppOptions, 'auth' | 'state' | 'callState' | 'parts'> {
  /** Features, in the order in which they are asked and started. Default none. */
  readonly parts?: Parts
  /** Authenticators, at most one per surface. Default none: every surface is public. */
  readonly auth?: Auth & OwnPayloads<Auth>
  /** Values that live as long as the app: `app.state`, `call.app.state`. Default `{}`. */
  readonly state?: State
  /** Makes `call.state` on first use. Default `{}` each time. */
  readonly callState?: () => CallState
}

/**
 * Creates an application.
 *
 * @throws ImproperlyConfigured naming the option that is wrong, or when Node is too old
 */
export function createApp<
  const Auth extends readonly AnyAuthConfig[],
  State extends object = Record<string, unknown>,
  CallState extends object = Record<string, unknown>,
  const Parts extends readonly Part[] = readonly [],
>(
  options: CreateAppOptions<Auth, State, CallState, Parts> = {},
): App<TypesOf<Auth, State, CallState, Parts>> {
  assertSupportedNode(globalThis.process?.versions ?? {})
  return new App<TypesOf<Auth, State, CallState, Parts>>(readConfig(options))
}
