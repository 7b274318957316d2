import { readFile, writeFile } from 'node:fs/promises'
import type { AppHandle } from '../../contract/call/app-handle.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { checkRecord } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import {
  accessChanges,
  accessDocument,
  accessText,
  principalsIn,
  readAccessDocument,
} from './access-document.ts'
import { type AccessOptions, accessMatrix } from './access-matrix.ts'
import type { AccessPrincipal } from './access-principal.ts'

/** Options of {@link expectAccess}. */
export interface ExpectAccessOptions extends AccessOptions {
  /** Write the file instead of comparing with it. Default: true with `UPDATE_ACCESS=1`. */
  readonly update?: boolean
}

const OPTIONS: OptionNames<ExpectAccessOptions> = { principals: true, update: true }

/**
 * Fails when somebody may do something else than the file says: a change of access is to be seen in a
 * review, and not to happen by the way. The first run writes the file with `UPDATE_ACCESS=1`.
 *
 * @param file such as `new URL('./access.json', import.meta.url)`
 * @param options without `principals`: those of the file
 * @throws Error with every change; ImproperlyConfigured for a file that is none
 */
export async function expectAccess(
  app: AppHandle,
  file: URL | string,
  options: ExpectAccessOptions = {},
): Promise<void> {
  checkRecord('expectAccess(): options', options)
  checkOptionNames('expectAccess()', options, OPTIONS)
  const { principals, update = process.env['UPDATE_ACCESS'] === '1' } = options
  const changes = await compareAccess(app, file, { principals, update: update === true })
  if (changes.length === 0) return
  throw new Error(
    `Access has changed:\n${changes.map((line) => `  ${line}`).join('\n')}\n` +
      'Run the test with UPDATE_ACCESS=1 if that is meant, and have the file reviewed.',
  )
}

/**
 * Compares an app with its file, or writes that.
 *
 * @returns what has changed, a line each; none after writing
 */
export async function compareAccess(
  app: AppHandle,
  file: URL | string,
  options: {
    readonly principals: readonly AccessPrincipal[] | undefined
    readonly update: boolean
    /** Its name, for messages. Default: the last part of it. */
    readonly where?: string
  },
): Promise<readonly string[]> {
  const { where = String(file).split('/').at(-1) ?? '' } = options
  const text = await readText(file, where)
  const agreed = text === null ? null : readAccessDocument(text, where)
  if (agreed === null && !options.update) {
    throw new ImproperlyConfigured(
      `${where} does not exist; write it with \`trefoil access --check ${where} --update\` or UPDATE_ACCESS=1`,
    )
  }
  const principals = options.principals ?? (agreed === null ? [] : principalsIn(agreed, where))
  const now = accessDocument(await accessMatrix(app, { principals }))
  if (options.update) {
    await writeFile(file, accessText(now)).catch(unusable(where, 'written'))
    return []
  }
  return agreed === null ? [] : accessChanges(agreed, now)
}

/** `null` for a file that does not exist. */
async function readText(file: URL | string, where: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null
    return unusable(where, 'read')(error)
  }
}

/** A directory, or a file of somebody else: no failure of ours, and no change of access. */
function unusable(where: string, what: 'read' | 'written'): (error: unknown) => never {
  return (error) => {
    const code = codeOf(error)
    if (code === null) throw error
    throw new ImproperlyConfigured(`${where} cannot be ${what}: ${code}`)
  }
}

function codeOf(error: unknown): string | null {
  return error instanceof Error && 'code' in error ? String(error.code) : null
}
