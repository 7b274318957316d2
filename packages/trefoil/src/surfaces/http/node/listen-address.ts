import { isIP } from 'node:net'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'

/** Where a server listens. */
export interface ListenAddress {
  readonly port: number
  readonly host: string
}

type Variables = Readonly<Record<string, string | undefined>>

/** The whole number of a port, in its one spelling. */
const PORT = /^(0|[1-9][0-9]{0,4})$/
const MAX_PORT = 65_535

/**
 * Where to listen: what the code or the command line says, then `TREFOIL_PORT` and `TREFOIL_HOST`, then
 * `PORT` and `HOST`, which platforms set, then 127.0.0.1:8000. An empty variable counts as not set.
 *
 * `HOST` counts only as an address, or `localhost`: some shells keep the name of the machine in it, and
 * a server started there would be open to the network without anybody having asked for that.
 *
 * @throws ImproperlyConfigured naming the variable, never what it holds
 */
export function listenAddress(
  given: { readonly port?: number | null | undefined; readonly host?: string | null | undefined },
  variables: Variables,
): ListenAddress {
  const own = textOf(variables, 'TREFOIL_HOST')
  const platform = textOf(variables, 'HOST')
  const isAddress = platform !== null && (platform === 'localhost' || isIP(platform) !== 0)
  return {
    port: given.port ?? portOf(variables, 'TREFOIL_PORT') ?? portOf(variables, 'PORT') ?? 8000,
    host: given.host ?? own ?? (isAddress ? platform : '127.0.0.1'),
  }
}

/** @returns `null` when it is no port */
export function parsePort(text: string): number | null {
  return PORT.test(text) && Number(text) <= MAX_PORT ? Number(text) : null
}

function portOf(variables: Variables, name: string): number | null {
  const text = textOf(variables, name)
  if (text === null) return null
  const port = parsePort(text)
  if (port === null) {
    throw new ImproperlyConfigured(`${name} must be a whole number from 0 to ${MAX_PORT}`)
  }
  return port
}

function textOf(variables: Variables, name: string): string | null {
  try {
    return variables[name]?.trim() || null
  } catch {
    // Deno without the permission to read it.
    return null
  }
}
