import type { Duration } from '../../../../base/duration.ts'
import type { Reply } from '../../../../contract/answer/reply.ts'
import type { Call } from '../../../../contract/call/call.ts'
import { checkOptionNames, type OptionNames } from '../../../../contract/options/option-names.ts'
import {
  checkFlag,
  checkRecord,
  requireText,
  shownValue,
} from '../../../../contract/options/option-values.ts'
import { readSeconds } from '../../../../contract/options/read-duration.ts'
import { HttpError, ImproperlyConfigured } from '../../../../contract/problems/problem.ts'
import { setHeaders } from '../../../../policy/set-headers.ts'
import { safeSegments } from '../../../../web/safe-path.ts'
import { statSync } from '../node-modules.ts'
import { findInside } from './find-file.ts'
import { fileReply } from './send-file.ts'

/** Options of {@link staticFiles}. */
export interface StaticOptions {
  /** File served for a folder, `null` for none. Default `index.html`. */
  readonly index?: string | null
  /** Serve names that begin with a dot. Default false. */
  readonly dotfiles?: boolean
  /** How long a cache may use a file without asking. Default: it asks every time. */
  readonly maxAge?: Duration
  /** File names change with their content: caches with a `maxAge` do not ask on reload. */
  readonly immutable?: boolean
  /** Entity tags from size and time of change. Default true. */
  readonly etag?: boolean
  /** Headers of every file. */
  readonly headers?: Readonly<Record<string, string>>
}

const STATIC_OPTIONS: OptionNames<StaticOptions> = {
  index: true,
  dotfiles: true,
  maxAge: true,
  immutable: true,
  etag: true,
  headers: true,
}

function checkStaticOptions(options: StaticOptions): void {
  checkRecord('staticFiles(): options', options)
  checkOptionNames('staticFiles()', options, STATIC_OPTIONS)
  for (const option of ['dotfiles', 'immutable', 'etag'] as const) {
    checkFlag(`staticFiles(): ${option}`, options[option])
  }
  const { index, maxAge, headers } = options
  if (index !== undefined && index !== null && typeof index !== 'string') {
    throw new ImproperlyConfigured(
      `staticFiles(): index must be text or null, got ${shownValue(index)}`,
    )
  }
  if (maxAge !== undefined) readSeconds('staticFiles(): maxAge', maxAge)
  if (headers !== undefined) setHeaders('staticFiles(): headers', headers)
}

/** A handler for a route such as `/assets/{file:path}`. */
export type StaticHandler = (
  args: Readonly<Record<string, string>>,
  call: Call,
) => Promise<Reply<AsyncIterable<Uint8Array>>>

/**
 * Serves a folder: `app.get('/assets/{file:path}', staticFiles('./public'))`. Guards, groups and
 * `public` of the route apply. What is not a plain file inside the folder is 404: traversal, links
 * that lead out, devices, names that begin with a dot. Folders are not listed.
 *
 * @throws ImproperlyConfigured when the folder does not exist, and naming an option that is wrong
 */
export function staticFiles(folder: string, options: StaticOptions = {}): StaticHandler {
  checkStaticOptions(options)
  const { index = 'index.html', dotfiles = false, ...file } = options
  requireText('staticFiles(): the folder', folder)
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw new ImproperlyConfigured(`staticFiles(): '${folder}' is not a folder`)
  }
  return async (args, call) => {
    const [path, ...more] = Object.values(args)
    if (more.length > 0) {
      throw new ImproperlyConfigured('staticFiles() takes a route with one parameter: the path')
    }
    const segments = safeSegments(path ?? '', dotfiles)
    const found = segments === null ? null : await findInside(folder, segments, index)
    if (found === null) throw new HttpError(404, 'File not found')
    // What only some callers may see must not stay in a cache that others share.
    return fileReply(found, { ...file, shared: call.auth === null })
  }
}
