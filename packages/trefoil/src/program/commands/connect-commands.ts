import type { Command } from 'commander'
import { parseRemoteUrl, sameOrigin } from '../../client/remote-url.ts'
import { refuse } from '../../contract/problems/problem.ts'
import type { ProblemEnvelope } from '../../contract/protocol/action-protocol.ts'
import type { Context } from '../context.ts'
import { type Credentials, checkToken, givenCredentials } from '../remotes/credentials.ts'
import {
  checkRemoteName,
  type Remotes,
  remotesPath,
  type StoredRemote,
  saveRemotes,
} from '../remotes/remotes.ts'
import { findRemote, mergeCredentials, openRemote, readRemotes } from '../remotes/stored-remotes.ts'
import { flagsOf, type GlobalFlags } from '../terminal/flags.ts'
import { readInput } from '../terminal/io.ts'
import { jsonScreen, type Screen, screen, showProblem } from '../terminal/print.ts'
import { usageError } from '../terminal/usage-error.ts'
import { untilEnd } from '../until-end.ts'

interface TokenFlags extends GlobalFlags {
  readonly tokenStdin?: boolean
}

const MAX_TOKEN = 65_536
const NOTHING: Pick<StoredRemote, 'token' | 'headers'> = { token: null, headers: {} }

/** `connect` and `login` (CLI-14 … CLI-18, W-24). */
export function addConnectCommands(program: Command, context: Context): void {
  addTokenFlags(program.command('connect'))
    .description('store the address of a remote app, and its token')
    .argument('<name>', 'name to call it by')
    .argument('<url>', 'https address of the app')
    .action(async (name: string, url: string, _flags: unknown, command: Command) => {
      context.finish(await connect(context, flagsOf<TokenFlags>(command), name, url))
    })

  addTokenFlags(program.command('login'))
    .description('check and store a token for a remote')
    .argument('<name>', 'name of the remote')
    .action(async (name: string, _flags: unknown, command: Command) => {
      context.finish(await login(context, flagsOf<TokenFlags>(command), name))
    })
}

function addTokenFlags(command: Command): Command {
  return command.option(
    '--token-stdin',
    'read the token from standard input, where no process list shows it',
  )
}

async function connect(
  context: Context,
  flags: TokenFlags,
  name: string,
  urlText: string,
): Promise<Screen> {
  checkRemoteName(name)
  const url = parseRemoteUrl(urlText)
  if (!url.ok)
    throw usageError(url.error, 'Such as `trefoil connect prod https://api.example.com`.')
  const given = await readCredentials(context, flags)
  const remotes = await readRemotes(context)
  const earlier = remotes.byName.get(name)
  // Credentials belong to an origin: kept for another one, they would be handed to it (W-24).
  const keeps = earlier !== undefined && sameOrigin(earlier.url, url.value)
  const remote = { url: url.value, ...mergeCredentials(keeps ? earlier : NOTHING, given) }
  if (isGiven(given)) {
    const refused = await check(context, name, remote, flags)
    if (refused !== null) return showProblem(refused, context.view)
  }
  await store(context, remotes, name, remote)
  if (earlier !== undefined && !keeps && hasSecrets(earlier) && !isGiven(given)) {
    context.warn(
      `the stored token and headers belonged to ${new URL(earlier.url).origin} and were dropped; ` +
        `log in again with \`trefoil login ${name}\``,
    )
  }
  if (context.view.json) return jsonScreen({ ok: true, remote: { name, url: remote.url } })
  return screen(`Connected remote ${name}: ${remote.url}\n`)
}

async function login(context: Context, flags: TokenFlags, name: string): Promise<Screen> {
  const remotes = await readRemotes(context)
  const stored = findRemote(remotes, name)
  const given = await readCredentials(context, flags)
  const asked = isGiven(given) ? given : { ...given, token: await askToken(context, name) }
  const remote = { ...stored, ...mergeCredentials(stored, asked) }
  const refused = await check(context, name, remote, flags)
  if (refused !== null) return showProblem(refused, context.view)
  await store(context, remotes, name, remote)
  if (context.view.json) return jsonScreen({ ok: true, remote: { name, url: remote.url } })
  return screen(`Logged in to ${name}\n`)
}

async function readCredentials({ io, time }: Context, flags: TokenFlags): Promise<Credentials> {
  if (flags.tokenStdin !== true) return givenCredentials(flags)
  if (flags.token !== undefined) throw usageError('Use either --token or --token-stdin')
  const text = await time.within(readInput(io, MAX_TOKEN))
  if (text === null) throw usageError('The token on standard input is too long')
  return givenCredentials({ ...flags, token: checkToken(text, '--token-stdin') })
}

async function askToken({ io, time }: Context, name: string): Promise<string> {
  if (io.askSecret === null) {
    throw usageError(
      'A token is needed',
      `Pipe it in: \`trefoil login ${name} --token-stdin\`, or give --token.`,
    )
  }
  const token = await time.within(io.askSecret(`Token for ${name} (not shown): `))
  if (token === null) throw refuse('cli_interrupted')
  return checkToken(token, 'the terminal')
}

function isGiven({ token, headers }: Credentials): boolean {
  return token !== undefined || headers['authorization'] !== undefined
}

/** Whether a stored remote has a credential. */
export function isAuthenticated({ token, headers }: StoredRemote): boolean {
  return token !== null || Object.keys(headers).some((key) => key.toLowerCase() === 'authorization')
}

function hasSecrets({ token, headers }: StoredRemote): boolean {
  return token !== null || Object.keys(headers).length > 0
}

/** Asks the remote for its manifest with these credentials; the refusal, if it refuses. */
async function check(
  context: Context,
  name: string,
  remote: StoredRemote,
  flags: GlobalFlags,
): Promise<ProblemEnvelope | null> {
  const target = openRemote(context, name, remote, flags)
  const manifest = await untilEnd(context, target, (opened) => opened.manifest())
  return 'ok' in manifest ? manifest : null
}

async function store(
  { io }: Context,
  remotes: Remotes,
  name: string,
  remote: StoredRemote,
): Promise<void> {
  const unread = new Map(remotes.unread)
  unread.delete(name)
  const byName = new Map(remotes.byName).set(name, remote)
  await saveRemotes(remotesPath(io), { ...remotes, byName, unread })
}
