import { readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

export const ROOT: string = join(import.meta.dirname, '..', '..')

/** A fenced block of a document. */
export interface Fence {
  /** Document and line of the opening fence, such as `docs/http.md:12`. */
  readonly where: string
  /** First word after the fence, such as `ts`; empty for none. */
  readonly language: string
  /** The rest of that line. */
  readonly info: string
  readonly body: string
  /** Body of a `<!-- setup: … -->` comment right before the block; empty for none. */
  readonly setup: string
}

export interface Document {
  /** Path from the root of the repository, with slashes. */
  readonly path: string
  readonly text: string
}

/** Documents under a folder, by name, folders inside left out. */
export function documentsIn(folder: string): readonly Document[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => readDocument(join(folder, name)))
}

export function readDocument(path: string): Document {
  const absolute = join(ROOT, path)
  return {
    path: relative(ROOT, absolute).replaceAll('\\', '/'),
    text: readFileSync(absolute, 'utf8'),
  }
}

const OPEN = /^(`{3,})(\S*) *(.*)$/

export function fencesOf({ path, text }: Document): readonly Fence[] {
  const lines = text.split('\n')
  const fences: Fence[] = []
  for (let index = 0; index < lines.length; index++) {
    const [, ticks, language = '', info = ''] = OPEN.exec(lines[index] ?? '') ?? []
    if (ticks === undefined) continue
    const end = lines.indexOf(ticks, index + 1)
    if (end < 0) throw new Error(`${path}:${index + 1}: the block is never closed`)
    fences.push({
      where: `${path}:${index + 1}`,
      language,
      info,
      body: lines.slice(index + 1, end).join('\n'),
      setup: setupBefore(lines.slice(0, index).join('\n')),
    })
    index = end
  }
  return fences
}

function setupBefore(text: string): string {
  return /<!-- setup:([\s\S]*?)-->\s*$/.exec(text.slice(text.lastIndexOf('<!--')))?.[1] ?? ''
}

/** The table between two comments of a document, cells trimmed, without head and rule. */
export function tableOf({ text, path }: Document, name: string): readonly (readonly string[])[] {
  const begin = `<!-- generated: ${name} -->`
  const from = text.indexOf(begin)
  const to = text.indexOf('<!-- end of generated -->', from)
  if (from < 0 || to < 0) throw new Error(`${path} has no table '${name}'`)
  return text
    .slice(from + begin.length, to)
    .trim()
    .split('\n')
    .slice(2)
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map(cell),
    )
}

function cell(text: string): string {
  return text.trim().replaceAll('\\|', '|')
}
