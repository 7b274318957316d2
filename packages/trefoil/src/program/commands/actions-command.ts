import type { Command } from 'commander'
import { type ProblemOptions, refuse } from '../../contract/problems/problem.ts'
import type { ActionTarget, Manifest } from '../../contract/protocol/action-protocol.ts'
import type { Context } from '../context.ts'
import { describeAction } from '../describe-action.ts'
import { type TargetFlags, withTarget } from '../remotes/with-target.ts'
import { flagsOf } from '../terminal/flags.ts'
import { type Screen, searchActions, showActions, showProblem } from '../terminal/print.ts'
import { usageError } from '../terminal/usage-error.ts'

/** `actions list`, `search` and `describe` (CLI-8 … CLI-10). */
export function addActionsCommand(program: Command, context: Context): void {
  const actions = program
    .command('actions')
    .description('list, search and describe the actions of an app')
    .enablePositionalOptions()
    .helpCommand(false)

  addLocalFlags(actions.command('list'))
    .description('list the actions of the local app or a remote')
    .argument('[remote]', 'name of a remote')
    .action(async (remote: string | undefined, _flags: unknown, command: Command) => {
      const flags = flagsOf<TargetFlags>(command)
      context.finish(await showList(context, flags, remote, null))
    })

  addLocalFlags(actions.command('search'))
    .description('list the actions that hold a text')
    .usage('[options] [remote] <query>')
    .argument('[words...]')
    .action(async (words: readonly string[], _flags: unknown, command: Command) => {
      const { remote, last: query } = remoteAnd(words, 'A text to search for')
      context.finish(await showList(context, flagsOf<TargetFlags>(command), remote, query))
    })

  addLocalFlags(actions.command('describe'))
    .description('show arguments and commands of one action')
    .usage('[options] [remote] <action>')
    .argument('[words...]')
    .action(async (words: readonly string[], _flags: unknown, command: Command) => {
      const { remote, last: action } = remoteAnd(words, 'The name of an action')
      context.finish(await showDescription(context, flagsOf<TargetFlags>(command), remote, action))
    })
}

function addLocalFlags(command: Command): Command {
  return command.option('--no-lifespan', 'do not run start-up and shutdown hooks')
}

function remoteAnd(
  words: readonly string[],
  wanted: string,
): { readonly remote: string | undefined; readonly last: string } {
  const [first, second, ...rest] = words
  if (first === undefined) throw usageError(`${wanted} is missing`)
  if (rest.length > 0) throw usageError('Too many words', 'Quote a text that has spaces.')
  return second === undefined ? { remote: undefined, last: first } : { remote: first, last: second }
}

async function showList(
  context: Context,
  flags: TargetFlags,
  remote: string | undefined,
  query: string | null,
): Promise<Screen> {
  const { view } = context
  const manifest = await withTarget(context, flags, remote, (target) => target.manifest())
  if ('ok' in manifest) return showProblem(manifest, view)
  const kind = remote === undefined ? 'CLI' : 'remote'
  if (query === null) {
    return showActions(manifest.actions, `No ${kind} actions are registered.`, view)
  }
  return showActions(searchActions(manifest.actions, query), `No matching ${kind} actions.`, view)
}

/** Arguments, commands and schema of one action. */
export async function showDescription(
  context: Context,
  flags: TargetFlags,
  remote: string | undefined,
  name: string,
): Promise<Screen> {
  const manifest = await withTarget(context, flags, remote, (target: ActionTarget) =>
    target.manifest(),
  )
  if ('ok' in manifest) return showProblem(manifest, context.view)
  const action = manifest.actions.find((candidate) => candidate.name === name)
  if (action === undefined) throw refuse('unknown_action', unknownAction(manifest, name, remote))
  const app = remote === undefined && flags.app !== undefined ? ['--app', flags.app] : []
  const prefix = ['trefoil', ...app, 'call', ...(remote === undefined ? [] : [remote])]
  return describeAction(action, prefix, context.view)
}

/** Words for an action that is not in the manifest, with the ones that look alike. */
export function unknownAction(
  { actions }: Manifest,
  name: string,
  remote: string | undefined,
): ProblemOptions {
  const near = searchActions(actions, name).map((action) => action.name)
  const list = ['trefoil actions list', ...(remote === undefined ? [] : [remote])].join(' ')
  return {
    detail: `Unknown action ${JSON.stringify(name)}`,
    fix:
      near.length === 0
        ? `List the actions with \`${list}\`.`
        : `Did you mean ${near.slice(0, 3).join(', ')}? List all with \`${list}\`.`,
  }
}
