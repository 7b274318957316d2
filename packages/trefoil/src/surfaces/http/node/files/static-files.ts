import type { Duration } from '../../../../base/duration.ts'
import type { Reply } from '../../../../contract/answer/reply.ts'
import type { Call } from '../../../../contract/call/call.ts'
import { flag, orNull, seconds, text } from '../../../../contract/options/kinds.ts'
import type { OptionKind } from '../../../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../../../contract/options/option-rows.ts'
import { requireText } from '../../../../contract/options/option-values.ts'
import { readOptions } from '../../../../contract/options/read-options.ts'
import { HttpError, ImproperlyConfigured } from '../../../../contract/problems/problem.ts'
import { checkHeaders } from '../../../../policy/check-headers.ts'
import { safeSegments } from '../../../../web/safe-path.ts'
import { statSync } from '../node-modules.ts'
import { findInside } from './find-file.ts'
import { fileReply, type SentFileOptions } from './send-file.ts'

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

/** {@link StaticOptions} after reading; `maxAge` is seconds. */
type StaticValues = Values<
  StaticOptions,
  {
    readonly maxAge: number | null
    readonly headers: Readonly<Record<string, string>>
  }
>

/** As of a route, but that there is nothing to remove. */
const fileHeaders: OptionKind<Readonly<Record<string, string>>> = {
  words: 'object',
  read(value, path) {
    const headers = checkHeaders(path, value as Readonly<Record<string, string | null>>)
    const removed = Object.keys(headers).find((name) => headers[name] === null)
    // All that is left is text.
    if (removed === undefined) return { value: headers as Readonly<Record<string, string>> }
    return { mistake: `has no text for '${removed}'` }
  },
}

/** The rows of {@link StaticOptions}. */
export const STATIC_FILES: OptionGroup<StaticOptions, StaticValues> = {
  name: 'staticFiles()',
  prefix: 'TREFOIL_STATIC_FILES',
  rows: {
    index: {
      read: orNull(text),
      default: 'index.html',
      doc: 'File served for a folder, `null` for none.',
    },
    dotfiles: {
      read: flag,
      default: false,
      doc: 'Serves names that begin with a dot.',
    },
    maxAge: {
      read: seconds(),
      default: null,
      shown: 'asked every time',
      doc: 'How long a cache may use a file without asking, in whole seconds.',
    },
    immutable: {
      read: flag,
      default: false,
      doc: 'File names change with their content: caches with a `maxAge` do not ask on reload.',
    },
    etag: { read: flag, default: true, doc: 'Entity tags from size and time of change.' },
    headers: {
      read: fileHeaders,
      default: {},
      doc: 'Headers of every file.',
    },
  },
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
  const { index, dotfiles, maxAge, immutable, etag, headers } = readOptions(STATIC_FILES, options)
  const age: SentFileOptions = maxAge === null ? {} : { maxAge: `${maxAge}s` }
  const file: SentFileOptions = { ...age, immutable, etag, headers }
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
