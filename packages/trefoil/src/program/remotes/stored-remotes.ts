import { createRemoteTarget } from '../../client/remote-client.ts'
import type { ActionTarget } from '../../contract/protocol/action-protocol.ts'
import type { Context } from '../context.ts'
import { type GlobalFlags, timeoutOf } from '../terminal/flags.ts'
import { usageError } from '../terminal/usage-error.ts'
import { type Credentials, sentTrace } from './credentials.ts'
import { loadRemotes, type Remotes, remotesPath, type StoredRemote } from './remotes.ts'

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

/** Milliseconds a command that asks a remote may take, unless `--timeout` says otherwise. */
const REMOTE_TIMEOUT = 10_000

/** Milliseconds by which the client's own clock is behind the command's. */
const SLACK = 1000

/**
 * From here on the command's time is running: a remote may drip each answer as slowly as it likes, and
 * all of them together get what the user allowed.
 *
 * @throws Problem `cli_usage` when a stored header or token cannot be sent
 */
export function openRemote(
  { io, time, version }: Pick<Context, 'io' | 'time' | 'version'>,
  name: string,
  { url, token, headers }: StoredRemote,
  flags: GlobalFlags,
): ActionTarget {
  const timeoutMs = timeoutOf(flags) ?? REMOTE_TIMEOUT
  time.limit(timeoutMs)
  try {
    return createRemoteTarget({
      url,
      token: token ?? undefined,
      headers: { 'user-agent': `trefoil-cli/${version}`, ...sentTrace(io.env), ...headers },
      // The command's own clock is the one that is told about.
      timeout: `${timeoutMs + SLACK}ms`,
      signal: time.signal,
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
