import { createRemoteTarget } from '../client/remote-client.ts'
import type { ActionTarget } from '../contract/action-protocol.ts'
import type { Context } from './context.ts'
import type { Credentials } from './credentials.ts'
import { loadRemotes, type Remotes, remotesPath, type StoredRemote } from './remotes.ts'
import { usageError } from './usage-error.ts'

/** The stored remotes; entries that cannot be read are reported and skipped (W-25). */
export async function readRemotes({ io, warn }: Context): Promise<Remotes> {
  const remotes = await loadRemotes(remotesPath(io))
  for (const warning of remotes.warnings) warn(warning)
  return remotes
}

/** @throws Problem `cli_usage` when there is no such remote (CLI-16) */
export function findRemote(remotes: Remotes, name: string): StoredRemote {
  const remote = remotes.byName.get(name)
  if (remote !== undefined) return remote
  throw usageError(
    `Unknown remote ${JSON.stringify(name)}`,
    'See `trefoil remotes list`; add one with `trefoil connect <name> <url>`.',
  )
}

/**
 * What a remote is sent, given what is stored and what was given for this command, which wins.
 * Only one credential is ever sent.
 */
export function mergeCredentials(
  stored: Pick<StoredRemote, 'token' | 'headers'>,
  given: Credentials,
): Pick<StoredRemote, 'token' | 'headers'> {
  const { authorization: storedHeader, ...others } = stored.headers
  const { authorization: givenHeader } = given.headers
  const headers = { ...others, ...given.headers }
  if (given.token !== undefined) return { token: given.token, headers }
  if (givenHeader !== undefined) return { token: null, headers }
  if (storedHeader === undefined) return { token: stored.token, headers }
  return { token: stored.token, headers: { ...headers, authorization: storedHeader } }
}

/** @throws Problem `cli_usage` when a stored header or token cannot be sent */
export function openRemote(
  name: string,
  { url, token, headers }: StoredRemote,
  timeoutMs: number | undefined,
  version: string,
): ActionTarget {
  try {
    return createRemoteTarget({
      url,
      token: token ?? undefined,
      headers: { 'user-agent': `trefoil-cli/${version}`, ...headers },
      timeoutMs,
      loginFix: `Store a valid token with \`trefoil login ${name}\`, or give \`--token\` for one command.`,
    })
  } catch {
    // The reason would quote the value, and the value may be the token.
    throw usageError(
      'The stored token or a stored header of this remote cannot be sent',
      'Remove the remote and connect again.',
    )
  }
}
