import type { Duration } from '../../../../base/duration.ts'
import {
  REPLY_OPTIONS,
  type Reply,
  type ReplyOptions,
  reply,
} from '../../../../contract/answer/reply.ts'
import { checkOptionNames, type OptionNames } from '../../../../contract/options/option-names.ts'
import { checkFlag, requireText } from '../../../../contract/options/option-values.ts'
import { readSeconds } from '../../../../contract/options/read-duration.ts'
import { HttpError } from '../../../../contract/problems/problem.ts'
import { attachment } from '../../../../web/attachment.ts'
import { formatHttpDate } from '../../../../web/http-date.ts'
import { mediaTypeOf } from '../../../../web/media-types.ts'
import { safeSegments } from '../../../../web/safe-path.ts'
import { withContentType } from '../../reply/content-type.ts'
import { basename } from '../node-modules.ts'
import { FileContent } from './file-content.ts'
import { type FoundFile, findFile, findInside } from './find-file.ts'

/** How a file is sent. */
export interface SentFileOptions extends Omit<ReplyOptions, 'status' | 'etag'> {
  /** Default: by the extension. */
  readonly contentType?: string
  /** Saved instead of shown: `true` under its own name, or under the name given. */
  readonly download?: boolean | string
  /** How long a cache may use it without asking. Default: it asks every time. */
  readonly maxAge?: Duration
  /** The file under this path never changes: caches with a `maxAge` do not even ask on reload. */
  readonly immutable?: boolean
  /** Shared caches may keep it. Default false: only the caller's own. */
  readonly shared?: boolean
  /** Entity tag: `true` from size and time of change, `false` for none, or a text. Default `true`. */
  readonly etag?: boolean | string
}

/** Options of {@link sendFile}. */
export interface SendFileOptions extends SentFileOptions {
  /**
   * Folder that `path` is looked up in and cannot leave, by `..`, by a link or otherwise. Give it
   * whenever a part of `path` comes from a caller.
   */
  readonly root?: string
  /** With `root`: accept names that begin with a dot. Default false. */
  readonly dotfiles?: boolean
}

const { status: _, ...REPLIED } = REPLY_OPTIONS
const OPTIONS: OptionNames<SendFileOptions> = {
  ...REPLIED,
  contentType: true,
  download: true,
  maxAge: true,
  immutable: true,
  shared: true,
  root: true,
  dotfiles: true,
}

/**
 * Answers with a file: ranges, conditional requests and HEAD included. MCP and CLI callers get its
 * content as text.
 *
 * @throws HttpError 404 when there is no such regular file, or `path` is not safe under `root`
 * @throws ImproperlyConfigured naming an option that is unknown or wrong
 */
export async function sendFile(
  path: string,
  options: SendFileOptions = {},
): Promise<Reply<AsyncIterable<Uint8Array>>> {
  checkOptionNames('sendFile()', options, OPTIONS)
  for (const option of ['immutable', 'shared', 'dotfiles'] as const) {
    checkFlag(`sendFile(): ${option}`, options[option])
  }
  requireText('sendFile(): the path', path)
  const { root, dotfiles = false, ...rest } = options
  const found = root === undefined ? await findFile(path) : await lookUp(root, path, dotfiles)
  if (found === null) throw new HttpError(404, 'File not found')
  return fileReply(found, rest)
}

function lookUp(root: string, path: string, dotfiles: boolean): Promise<FoundFile | null> | null {
  const segments = safeSegments(path, dotfiles)
  return segments === null ? null : findInside(root, segments, null)
}

/** The answer for a file that was found. */
export function fileReply(
  { path, stats }: FoundFile,
  options: SentFileOptions,
): Reply<AsyncIterable<Uint8Array>> {
  const { contentType, download = false, maxAge, immutable, shared, etag = true, ...rest } = options
  const content = new FileContent(path, stats)
  const name = typeof download === 'string' ? download : basename(path)
  const headers: Record<string, string | readonly string[]> = {
    'cache-control': cacheControl(maxAge, immutable === true, shared === true),
    'last-modified': formatHttpDate(content.lastModified),
    ...lowerCased(options.headers),
  }
  if (download !== false) headers['content-disposition'] = attachment(name)
  const tag = etag === true ? `${stats.size.toString(36)}-${stats.mtimeNs.toString(36)}` : etag
  return reply(content, {
    // Nothing a caller wrote is in a file beside a secret, so its size tells an attacker nothing.
    compress: true,
    ...withContentType({ ...rest, headers }, contentType ?? mediaTypeOf(basename(path))),
    ...(tag === false ? {} : { etag: tag }),
  })
}

function lowerCased(
  headers: ReplyOptions['headers'],
): Readonly<Record<string, string | readonly string[]>> {
  const entries = Object.entries(headers ?? {})
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), value]))
}

function cacheControl(maxAge: Duration | undefined, immutable: boolean, shared: boolean): string {
  const who = shared ? 'public' : 'private'
  if (maxAge === undefined) return `${who}, no-cache`
  const seconds = readSeconds('sendFile(): maxAge', maxAge)
  return `${who}, max-age=${seconds}${immutable ? ', immutable' : ''}`
}
