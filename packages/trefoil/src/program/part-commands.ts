import { Command, CommanderError } from 'commander'
import { isRecord } from '../base/plain/is-record.ts'
import { internalsOf } from '../contract/call/app-internals.ts'
import {
  type CommandOption,
  type CommandResult,
  type NamedCommand,
  PROGRAM_COMMANDS,
} from '../contract/part.ts'
import { Problem } from '../contract/problems/problem.ts'
import type { Context } from './context.ts'
import { describeError } from './load/import-failure.ts'
import type { LoadedApp } from './load/load-app.ts'
import { loadLocalApp, startFailure, type TargetFlags, withLoaded } from './remotes/with-target.ts'
import { addGlobalFlags, flagsOf } from './terminal/flags.ts'
import type { ProgramIo } from './terminal/io.ts'
import { jsonScreen, type Screen, screen, type View, visibleBlock } from './terminal/print.ts'
import { appError, usageError } from './terminal/usage-error.ts'

/**
 * Runs `trefoil <part> <command>`, and `trefoil <command>` for those that are short: what parts of the local app bring is known only once the app is
 * loaded, so it is loaded for a word that is no command of the program.
 *
 * @returns `null` for everything else, and when no part has that name
 */
export async function performPart(
  context: Context,
  argv: readonly string[],
): Promise<Screen | null> {
  const { flags, word } = firstWord(argv)
  if (word === undefined || PROGRAM_COMMANDS.includes(word)) return null
  const loaded = await loadFor(context, flags, word)
  const all = commandsOf(loaded, context)
  const commands = all.filter(({ part }) => part === word)
  if (commands.length > 0) {
    return runOne(context, argv, loaded, { name: word, isPart: true, commands })
  }
  const short = all.filter(({ command }) => command.short === true && command.name === word)
  if (short.length === 0) return null
  return runOne(context, argv, loaded, { name: word, isPart: false, commands: short })
}

/** What the first word means: a part, with its commands, or a command that one part or several have. */
interface Meant {
  readonly name: string
  readonly isPart: boolean
  readonly commands: readonly NamedCommand[]
}

/** What stands before the first word that is no flag, by the program's own flags. */
function firstWord(argv: readonly string[]): {
  readonly flags: TargetFlags
  readonly word: string | undefined
} {
  const reader = quiet(new Command('trefoil')).allowUnknownOption().argument('[words...]')
  addGlobalFlags(reader)
  reader.helpOption(false)
  try {
    reader.parse([...argv], { from: 'user' })
  } catch (error) {
    // What is wrong with the flags is said by whoever reads them in earnest.
    if (error instanceof CommanderError) return { flags: {}, word: undefined }
    throw error
  }
  // `--help` and `--version` are left over like words, and no app's code has to run for them.
  return {
    flags: flagsOf<TargetFlags>(reader),
    word: reader.args.find((arg) => !arg.startsWith('-')),
  }
}

/** A word that is a slip for a command must not be answered with what is wrong with the app. */
async function loadFor(context: Context, flags: TargetFlags, word: string): Promise<LoadedApp> {
  try {
    return await loadLocalApp(context, flags)
  } catch (error) {
    if (!Problem.is(error) || error.code !== 'cli_app') throw error
    throw usageError(
      `Unknown command '${word}', and the app that may have it cannot be loaded: ${error.detail}`,
      error.fix,
    )
  }
}

function commandsOf({ app, label }: LoadedApp, { io }: Context): readonly NamedCommand[] {
  try {
    return internalsOf(app, 'trefoil').commands()
  } catch (error) {
    throw startFailure(label, error, io.cwd)
  }
}

async function runOne(
  context: Context,
  argv: readonly string[],
  loaded: LoadedApp,
  meant: Meant,
): Promise<Screen> {
  const { name, isPart, commands } = meant
  let shown: Screen | null = null
  let help = ''
  const write = (text: string) => {
    help += text
  }
  const program = quiet(new Command('trefoil'), write)
  const parent = isPart
    ? quiet(program.command(name), write)
        .description(`commands of the part '${name}' of ${loaded.app.name}`)
        .helpCommand(false)
    : program
  const together = isPart ? commands.map((entry) => [entry]) : [commands]
  for (const entries of together) {
    const [{ command: first } = { command: null }] = entries
    if (first === null) continue
    const own = quiet(parent.command(first.name), write).description(first.describe)
    const rows = Object.assign({}, ...entries.map(({ command }) => command.options ?? {}))
    for (const [option, row] of Object.entries<CommandOption>(rows)) add(own, option, row)
    own.option('--no-lifespan', 'do not run start-up and shutdown hooks')
    own.action(async (_values: unknown, command: Command) => {
      const given = flagsOf<TargetFlags>(command)
      const starts = entries.some((entry) => entry.command.starts !== false)
      const flags = starts ? given : { ...given, lifespan: false }
      const run = () => performAll(context, entries, command.opts(), loaded)
      shown = await withLoaded(context, flags, loaded, run)
    })
  }
  addGlobalFlags(program)
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === 0) {
      return context.view.json ? jsonScreen({ ok: true, help }) : screen(help)
    }
    const list = commands.map(({ command }) => command.name).join(', ')
    const detail = error.code === 'commander.help' ? 'A command is missing' : error.message
    throw usageError(
      detail.replace(/^error: /, ''),
      !isPart
        ? `See \`trefoil ${name} --help\`.`
        : `The part '${name}' has ${list}; see \`trefoil ${name} --help\`.`,
    )
  }
  if (shown === null) throw new Error('a command left no answer')
  return shown
}

function quiet(command: Command, write: (text: string) => void = () => undefined): Command {
  return command
    .exitOverride()
    .configureOutput({
      writeOut: write,
      writeErr: write,
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .helpOption('-h, --help', 'print help')
    .enablePositionalOptions()
}

function add(command: Command, name: string, { describe, kind, required }: CommandOption): void {
  const flag = `--${name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  const spelling = kind === 'flag' ? flag : `${flag} <text>`
  if (required === true) command.requiredOption(spelling, describe)
  else command.option(spelling, describe)
}

/** One after the other: each has to have done its own before the next begins. */
async function performAll(
  context: Context,
  entries: readonly NamedCommand[],
  given: Readonly<Record<string, unknown>>,
  loaded: LoadedApp,
): Promise<Screen> {
  const results: (readonly [part: string, result: Result])[] = []
  for (const entry of entries) {
    results.push([entry.part, await perform(context, entry, given, loaded)])
  }
  const [only] = results
  if (only !== undefined && results.length === 1) return shown(only[1], context.view)
  const lines = results.map(([part, { text }]) => `${part}: ${text.trimEnd()}\n`)
  return shown(
    {
      text: lines.join(''),
      json: Object.fromEntries(results.map(([part, { json }]) => [part, json])),
      exit: Math.max(...results.map(([, { exit }]) => exit)),
    },
    context.view,
  )
}

async function perform(
  { io, time, view }: Context,
  { part, command, app }: NamedCommand,
  given: Readonly<Record<string, unknown>>,
  { label }: LoadedApp,
): Promise<Result> {
  const names = Object.keys(command.options ?? {})
  const options = Object.fromEntries(names.map((name) => [name, given[name]]))
  const context = {
    options: Object.freeze(options) as Readonly<Record<string, string | boolean | undefined>>,
    app,
    signal: time.signal,
    // Only a terminal obeys escapes that some row of a database may hold.
    print: (line: string) => io.stdout.write(`${view.terminal ? visibleBlock(line) : line}\n`),
  }
  const name = `${part} ${command.name}`
  const fail = (error: unknown): never => {
    if (Problem.is(error)) throw error
    throw appError(
      `${label}: trefoil ${name} failed: ${describeError(error, io.cwd)}`,
      'Correct the part as described.',
      error,
    )
  }
  // Some throw before they have a promise to reject.
  const running = async (): Promise<unknown> => command.run(context)
  const returned = await time.lastWords(running(), LAST_WORDS_MS).catch(fail)
  const result = readResult(returned, name, time.ended)
  if (result.lines === undefined) return result
  return time.within(writeLines(result, io, view, time.signal)).catch(fail)
}

/** Milliseconds for a command to end by itself, once it has to. */
const LAST_WORDS_MS = 500

type Result = Required<Omit<CommandResult, 'lines'>> & Pick<CommandResult, 'lines'>

/** Piece by piece, and no faster than they are read; whoever stops reading ends it. */
async function writeLines(
  result: Result,
  { stdout }: ProgramIo,
  view: View,
  signal: AbortSignal,
): Promise<Result> {
  const { lines, ...rest } = result
  if (lines === undefined) return rest
  if (view.json) return { ...rest, json: await linesDocument(lines, rest) }
  stdout.write(visibleText(rest.text, view))
  for await (const line of lines) {
    if (signal.aborted) break
    stdout.write(visibleText(line, view))
    if ((await stdout.ready?.()) === false) break
  }
  return { ...rest, text: '' }
}

async function linesDocument(
  lines: AsyncIterable<string>,
  { exit }: Result,
): Promise<{ readonly ok: boolean; readonly lines: readonly string[] }> {
  const all: string[] = []
  for await (const line of lines) all.push(line)
  return { ok: exit === 0, lines: all }
}

/**
 * What JavaScript hands back has passed no compiler: an exit code that is none must not be success.
 *
 * @param ended why it had to end, which is its exit code where it says none
 */
function readResult(result: unknown, command: string, ended: Problem | null): Result {
  const given = typeof result === 'number' ? { exit: result } : (result ?? {})
  const {
    text = '',
    exit,
    json,
    lines,
  }: Record<string, unknown> = isRecord(given) ? given : { exit: -1 }
  const said = exit ?? 0
  const fits = Number.isInteger(said) && Number(said) >= 0 && Number(said) <= 125
  if (!fits || typeof text !== 'string' || !(lines === undefined || isIterable(lines))) {
    throw new TypeError(
      `trefoil ${command} must return an exit code or { text, lines, json, exit }`,
    )
  }
  const code = exit === undefined && ended !== null ? Problem.rowOf(ended).exit : Number(said)
  const read = { text, exit: code, json: json ?? { ok: code === 0 } }
  return lines === undefined ? read : { ...read, lines }
}

function isIterable(value: unknown): value is AsyncIterable<string> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

function shown({ text, json, exit }: Result, view: View): Screen {
  if (view.json) return jsonScreen(json, exit)
  return { stdout: visibleText(text, view), stderr: '', exit }
}

function visibleText(text: string, view: View): string {
  const lines = text === '' || text.endsWith('\n') ? text : `${text}\n`
  // Only a terminal obeys escapes that some row of a database may hold.
  return view.terminal ? visibleBlock(lines) : lines
}
