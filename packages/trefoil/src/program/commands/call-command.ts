import type { Command } from 'commander'
import { LARGEST_JSON_DEPTH, type StrictJsonLimits } from '../../base/json/strict-json.ts'
import { shellQuote } from '../../base/shell-quote.ts'
import { refusal } from '../../client/problem-envelope.ts'
import type {
  ActionAnswer,
  ActionCallRequest,
  ActionTarget,
} from '../../contract/protocol/action-protocol.ts'
import { callInRounds } from '../asking/rounds.ts'
import { showAnswered } from '../asking/show-asked.ts'
import type { Context } from '../context.ts'
import { readCallTokens } from '../remotes/call-tokens.ts'
import { type TargetFlags, withTarget } from '../remotes/with-target.ts'
import { type GivenArgument, parseActionArgs, textArguments } from '../terminal/argv.ts'
import { flagsOf, type GlobalFlags } from '../terminal/flags.ts'
import { readInput } from '../terminal/io.ts'
import { objectOf } from '../terminal/json-flag.ts'
import { usageError } from '../terminal/usage-error.ts'
import { showDescription, unknownAction } from './actions-command.ts'

interface CallFlags extends TargetFlags {
  readonly dryRun?: boolean
  readonly approval?: string
  readonly arg?: readonly string[]
  readonly argsJson?: string
  readonly answers?: string
  readonly requestState?: string
}

/** One call as the command line asks for it. */
interface WantedCall {
  readonly remote: string | undefined
  readonly action: string
  readonly dryRun: boolean
  readonly approval: string | undefined
  readonly argsJson: string | undefined
  readonly answers: string | undefined
  readonly requestState: string | undefined
  readonly given: readonly GivenArgument[]
}

const MAX_INPUT = 5 * 1024 * 1024

/** `call [remote] <action>` (CLI-6, CLI-7, CLI-11, CLI-12, CLI-14). */
export function addCallCommand(program: Command, context: Context): void {
  program
    .command('call')
    .description('call an action of the local app or a remote')
    .usage('[options] [remote] <action> [args…]')
    .argument('[words...]')
    .option('--dry-run', 'check and hash the arguments, run nothing')
    .option('--approval <token>', 'token that approves exactly this call')
    .option('--arg <name=value>', 'an argument whose name no flag can have', collect)
    .option('--args-json <json>', 'all arguments as one JSON object; - reads standard input')
    .option('--answers <json>', 'answers to the questions of an earlier call, by key')
    .option('--request-state <text>', 'what came with those questions')
    .option('--no-lifespan', 'do not run start-up and shutdown hooks')
    .passThroughOptions()
    .addHelpText(
      'after',
      '\nAfter the action only --dry-run, --approval, --arg, --args-json, --answers, --request-state,\n' +
        '--json and --help belong to the program; every other flag is an argument of the action, and\n' +
        'after -- all are. At a terminal a call that asks something is answered there.',
    )
    .action(async (words: readonly string[], _flags: unknown, command: Command) => {
      const flags = flagsOf<CallFlags>(command)
      const { remote, action, rest } = splitWords(words)
      const tokens = readCallTokens(rest)
      if (!tokens.ok) throw usageError(tokens.error, describeFix(remote, action))
      if (tokens.value.help) {
        context.finish(await showDescription(context, flags, remote, action))
        return
      }
      const before = (flags.arg ?? []).map(
        (name): GivenArgument => ({ form: 'arg', name, text: null }),
      )
      const wanted: WantedCall = {
        remote,
        action,
        dryRun: flags.dryRun === true || tokens.value.dryRun,
        approval: oneOf('--approval', flags.approval, tokens.value.approval),
        argsJson: oneOf('--args-json', flags.argsJson, tokens.value.argsJson),
        answers: oneOf('--answers', flags.answers, tokens.value.answers),
        requestState: oneOf('--request-state', flags.requestState, tokens.value.requestState),
        given: [...before, ...tokens.value.given],
      }
      const answer = await call(context, flags, wanted)
      context.finish(showAnswered(answer, context.view))
    })
}

function collect(pair: string, pairs: readonly string[] | undefined): readonly string[] {
  return [...(pairs ?? []), pair]
}

/** `[remote] <action>` stand next to each other; what follows belongs to the action (W-26a). */
function splitWords(words: readonly string[]): {
  readonly remote: string | undefined
  readonly action: string
  readonly rest: readonly string[]
} {
  const [first, second, ...rest] = words
  if (first === undefined) {
    throw usageError('The name of an action is missing', 'See `trefoil actions list`.')
  }
  if (second === undefined || second.startsWith('-')) {
    return { remote: undefined, action: first, rest: words.slice(1) }
  }
  return { remote: first, action: second, rest }
}

function oneOf(
  flag: string,
  before: string | undefined,
  after: string | undefined,
): string | undefined {
  if (before !== undefined && after !== undefined) throw usageError(`${flag} is given twice`)
  return before ?? after
}

async function call(
  context: Context,
  flags: GlobalFlags,
  wanted: WantedCall,
): Promise<ActionAnswer> {
  const approval = wanted.approval?.trim()
  if (approval === '') throw usageError('Approval token must not be empty')
  const answers = answersOf(wanted)
  const json = await readArgsJson(context, wanted)
  // What is no JSON at all is said before an app is started for it.
  if (json !== null) argumentsOf(json, UNLIMITED)
  return withTarget(context, flags, wanted.remote, async (target) => {
    const limits = target.jsonLimits ?? UNLIMITED
    const args =
      json === null ? await typedArguments(target, wanted, limits) : argumentsOf(json, limits)
    if ('refused' in args) return args.refused
    const request: ActionCallRequest = {
      action: wanted.action,
      arguments: args.values,
      dry_run: wanted.dryRun,
      ...(args.texts === undefined || args.texts.length === 0 ? {} : { texts: args.texts }),
      ...(approval === undefined ? {} : { approval_token: approval }),
      ...answers,
    }
    const who = wanted.remote === undefined ? wanted.action : `${wanted.remote} ${wanted.action}`
    return callInRounds(context, target, request, { who, isFree: wanted.argsJson !== '-' })
  })
}

/** Answers that were given with the command, and what they are answers to: each means nothing alone. */
function answersOf({
  answers,
  requestState,
}: WantedCall): Pick<ActionCallRequest, 'answers' | 'request_state'> {
  if (answers === undefined && requestState === undefined) return {}
  const state = requestState?.trim() ?? ''
  if (answers === undefined || state === '') {
    throw usageError(
      '--answers and --request-state are given together',
      'Take both from what the call before said.',
    )
  }
  return { answers: objectOf('--answers', answers, UNLIMITED), request_state: state }
}

type Arguments =
  | {
      readonly values: Readonly<Record<string, unknown>>
      readonly texts?: readonly string[]
    }
  | { readonly refused: Exclude<ActionAnswer, { ok: true }> }

/** Without arguments nothing has to be typed, so the manifest is not asked for. */
async function typedArguments(
  target: ActionTarget,
  { action: name, given, remote }: WantedCall,
  limits: StrictJsonLimits,
): Promise<Arguments> {
  if (given.length === 0) return { values: {} }
  const manifest = await target.manifest()
  if ('ok' in manifest) return { refused: manifest }
  const action = manifest.actions.find((candidate) => candidate.name === name)
  if (action === undefined) {
    const denied = await denialOf(target, name)
    if (denied !== null) return { refused: denied }
    return { refused: refusal('unknown_action', unknownAction(manifest, name, remote)) }
  }
  const args = parseActionArgs(given, action.input_schema, action.text_lists, limits)
  if (!args.ok) {
    const stray = given.find((argument) => GLOBAL_FLAGS.has(argument.name))
    throw usageError(args.error, stray ? placeFix(stray.name) : describeFix(remote, name))
  }
  return { values: args.value, texts: textArguments(args.value, action.input_schema) }
}

/**
 * A manifest does not show what its caller may not call. Who names it all the same is told why by the app
 * itself: a dry run, because by now they might be let in, and these are not the arguments they gave.
 */
async function denialOf(
  target: ActionTarget,
  action: string,
): Promise<Exclude<ActionAnswer, { ok: true }> | null> {
  const answer = await target.call({ action, arguments: {}, dry_run: true })
  return !answer.ok && answer.error?.code === 'ACCESS_DENIED' ? answer : null
}

function describeFix(remote: string | undefined, action: string): string {
  const words = [
    'trefoil',
    'actions',
    'describe',
    ...(remote === undefined ? [] : [remote]),
    action,
  ]
  return `See \`${words.map(shellQuote).join(' ')}\`.`
}

const GLOBAL_FLAGS: ReadonlySet<string> = new Set(['app', 'token', 'header', 'timeout'])

function placeFix(flag: string): string {
  return `Write --${flag} before the action if it is meant for the program.`
}

async function readArgsJson(
  { io, time }: Context,
  { argsJson, given }: WantedCall,
): Promise<string | null> {
  if (argsJson === undefined) return null
  if (given.length > 0) {
    throw usageError('Use either --args-json or single arguments', 'Drop one of the two.')
  }
  const text = argsJson === '-' ? await time.within(readInput(io, MAX_INPUT)) : argsJson
  if (text === null) throw usageError('Standard input is larger than 5 MiB')
  return text
}

/** A remote says itself what it does not read: the program does not know its limits. */
const UNLIMITED: StrictJsonLimits = {
  maxDepth: LARGEST_JSON_DEPTH,
  maxMembers: Number.MAX_SAFE_INTEGER,
}

function argumentsOf(
  text: string,
  limits: StrictJsonLimits,
): { readonly values: Readonly<Record<string, unknown>>; readonly texts?: never } {
  return { values: objectOf('--args-json', text, limits) }
}
