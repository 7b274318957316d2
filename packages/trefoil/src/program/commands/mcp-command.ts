import type { Command } from 'commander'
import { internalsOf } from '../../contract/call/app-internals.ts'
import type { Context } from '../context.ts'
import { localCredentials } from '../remotes/credentials.ts'
import { loadLocalApp, type TargetFlags, withLoaded } from '../remotes/with-target.ts'
import { serveLines } from '../stdio/serve-lines.ts'
import { flagsOf } from '../terminal/flags.ts'
import { type Screen, screen } from '../terminal/print.ts'

/** `mcp`: MCP on standard input and output, for programs that start their servers themselves. */
export function addMcpCommand(program: Command, context: Context): void {
  program
    .command('mcp')
    .argument('[target]', 'module#export of the app (default: --app, TREFOIL_APP, else looked for)')
    .description('speak MCP on standard input and output, as programs expect that start a server')
    .option('--no-lifespan', 'do not run start-up and shutdown hooks')
    .action(async (target: string | undefined, _flags: unknown, command: Command) => {
      const flags = flagsOf<TargetFlags>(command)
      context.finish(await speak(context, target === undefined ? flags : { ...flags, app: target }))
    })
}

async function speak(context: Context, flags: TargetFlags): Promise<Screen> {
  const headers = localCredentials(flags, context.io.env)
  const loaded = await loadLocalApp(context, flags)
  const { connect } = internalsOf(loaded.app, 'trefoil')
  await withLoaded(context, flags, loaded, () => serveLines(context, headers, connect))
  return screen('')
}
