import type { Command } from 'commander'
import { compareCodePoints } from '../../base/json/canonical-json.ts'
import type { Context } from '../context.ts'
import { remotesPath, saveRemotes } from '../remotes/remotes.ts'
import { findRemote, readRemotes } from '../remotes/stored-remotes.ts'
import { jsonScreen, type Screen, screen } from '../terminal/print.ts'
import { isAuthenticated } from './connect-commands.ts'

/** `remotes list` and `remotes remove` (CLI-18, W-25). Tokens are never shown. */
export function addRemotesCommand(program: Command, context: Context): void {
  const remotes = program
    .command('remotes')
    .description('list and remove stored remotes')
    .enablePositionalOptions()
    .helpCommand(false)

  remotes
    .command('list')
    .description('list the stored remotes')
    .action(async () => context.finish(await list(context)))

  remotes
    .command('remove')
    .description('forget a remote and its token')
    .argument('<name>', 'name of the remote')
    .action(async (name: string) => context.finish(await remove(context, name)))
}

async function list(context: Context): Promise<Screen> {
  const { byName } = await readRemotes(context)
  const entries = [...byName].sort(([left], [right]) => compareCodePoints(left, right))
  const remotes = entries.map(([name, remote]) => ({
    name,
    url: remote.url,
    authenticated: isAuthenticated(remote),
  }))
  if (context.view.json) return jsonScreen({ remotes })
  if (remotes.length === 0) return screen('No remotes are configured.\n')
  const lines = remotes.map(
    ({ name, url, authenticated }) => `${name}  ${url}${authenticated ? ' authenticated' : ''}\n`,
  )
  return screen(lines.join(''))
}

async function remove(context: Context, name: string): Promise<Screen> {
  const remotes = await readRemotes(context)
  // An entry that cannot be read must still be removable.
  if (!remotes.unread.has(name)) findRemote(remotes, name)
  const byName = new Map(remotes.byName)
  const unread = new Map(remotes.unread)
  byName.delete(name)
  unread.delete(name)
  await saveRemotes(remotesPath(context.io), { ...remotes, byName, unread })
  if (context.view.json) return jsonScreen({ ok: true, removed: name })
  return screen(`Removed remote ${name}\n`)
}
