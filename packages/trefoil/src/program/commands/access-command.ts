import { resolve } from 'node:path'
import type { Command } from 'commander'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { AccessDocument, AccessGroups } from '../../testing/access/access-document.ts'
import type { Context } from '../context.ts'
import { loadLocalApp, type TargetFlags, withLoaded } from '../remotes/with-target.ts'
import { flagsOf } from '../terminal/flags.ts'
import { jsonScreen, type Screen, screen, visibleLine } from '../terminal/print.ts'
import { appError, usageError } from '../terminal/usage-error.ts'

interface AccessFlags extends TargetFlags {
  readonly check?: string
  readonly update?: boolean
}

/** `access`: who may call what, for people, for a review, and as a check. */
export function addAccessCommand(program: Command, context: Context): void {
  program
    .command('access')
    .description('show who may call what; --check fails when that has changed')
    .option('--check <file>', 'compare with a file, and fail on every difference')
    .option('--update', 'write the file of --check instead')
    .option('--no-lifespan', 'do not run start-up and shutdown hooks')
    .action(async (_flags: unknown, command: Command) => {
      const flags = flagsOf<AccessFlags>(command)
      context.finish(await showAccess(context, flags))
    })
}

async function showAccess(context: Context, flags: AccessFlags): Promise<Screen> {
  const { check, update = false } = flags
  if (check === undefined && update) throw usageError('--update needs --check <file>')
  if (check?.trim() === '') throw usageError('--check needs the name of a file')
  const loaded = await loadLocalApp(context, flags)
  const run = async (): Promise<Screen> => {
    if (check === undefined) {
      const { accessDocument } = await import('../../testing/access/access-document.ts')
      const { accessMatrix } = await import('../../testing/access/access-matrix.ts')
      const document = accessDocument(await accessMatrix(loaded.app))
      return context.view.json
        ? jsonScreen(document)
        : screen(accessTable(document, widthOf(context)))
    }
    // Loaded where they are needed: any other command would wait for them.
    const { compareAccess } = await import('../../testing/access/expect-access.ts')
    const file = resolve(context.io.cwd, check)
    const options = { principals: undefined, update, where: check }
    const changes = await compareAccess(loaded.app, file, options)
    return comparison(context, check, changes, update)
  }
  try {
    return await withLoaded(context, flags, loaded, run)
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    throw appError(error.message, 'Correct the file or the app as described.', error)
  }
}

function comparison(
  { view }: Context,
  file: string,
  changes: readonly string[],
  isWritten: boolean,
): Screen {
  const isSame = changes.length === 0
  if (view.json) {
    return jsonScreen({ ok: isSame, file, written: isWritten, changes }, isSame ? 0 : 1)
  }
  if (isWritten) return screen(`${visibleLine(file)} is written\n`)
  if (isSame) return screen(`Access is as ${visibleLine(file)} says\n`)
  const lines = changes.map((line) => `  - ${visibleLine(line)}\n`).join('')
  const fix = '  fix: if all of this is meant, repeat with --update and have the file reviewed\n'
  return {
    stdout: '',
    stderr: `error: Access has changed (${changes.length})\n${lines}${fix}`,
    exit: 1,
  }
}

/** Columns that a line has at most; what is longer goes on under its own column. */
const WIDTH = 78
/** Columns below which nothing would be left for names. */
const LEAST = 40
/** The widest that the column of decisions gets; a longer one has a line of its own. */
const MOST = 34
/** The same, as a share of a narrow terminal. */
const SHARE = 0.45

function widthOf({ io }: Context): number {
  // What knows no width says 0.
  const { columns = WIDTH } = io.stdout
  return columns < 1 ? WIDTH : Math.min(WIDTH, Math.max(LEAST, columns))
}

/** Callers who fare alike on a line, surfaces that decide alike together. */
export function accessTable(document: AccessDocument, width: number): string {
  const { app, authenticators, actions, differences } = document
  const lines = [`${visibleLine(app)}: who may call what`, '']
  for (const [surface, name] of Object.entries(authenticators)) {
    lines.push(`  ${surface}  ${name === null ? 'no authenticator' : visibleLine(name)}`)
  }
  for (const [action, surfaces] of Object.entries(actions)) {
    lines.push('', visibleLine(action))
    const alike = new Map<string, string[]>()
    for (const [surface, groups] of Object.entries(surfaces)) {
      const key = JSON.stringify(groups)
      alike.set(key, [...(alike.get(key) ?? []), surface])
    }
    for (const [key, names] of alike) {
      const groups: AccessGroups = JSON.parse(key)
      lines.push(`  ${names.join(', ')}`)
      lines.push(...groupLines(groups, width))
    }
  }
  if (differences.length > 0) lines.push('', 'Not the same on every surface:')
  for (const line of differences)
    lines.push(...wrapped(visibleLine(line).split(' '), ' ', 2, width))
  return `${lines.join('\n')}\n`
}

function groupLines(groups: AccessGroups, width: number): readonly string[] {
  const rows = Object.entries(groups).map(
    ([text, names]) => [`    ${visibleLine(text)}`, names] as const,
  )
  const longest = Math.max(...rows.map(([text]) => text.length)) + 2
  const column = Math.min(MOST, Math.floor(width * SHARE), longest)
  return rows.flatMap(([text, names]) => {
    const [first = '', ...rest] = wrapped(names.map(visibleLine), ', ', column, width)
    return text.length + 2 > column
      ? [...wrapped(text.trim().split(' '), ' ', 4, width), first, ...rest]
      : [text.padEnd(column) + first.slice(column), ...rest]
  })
}

function wrapped(
  words: readonly string[],
  between: string,
  indent: number,
  width: number,
): readonly string[] {
  const lines: string[] = []
  let line = ''
  for (const word of words) {
    const longer = line === '' ? word : line + between + word
    if (line !== '' && indent + longer.length + between.trimEnd().length > width) {
      lines.push(line + between.trimEnd())
      line = word
    } else line = longer
  }
  if (line !== '') lines.push(line)
  return lines.map((text) => ' '.repeat(indent) + text)
}
