import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Document, documentsIn, ROOT, readDocument } from './markdown.ts'

const DOCUMENTS: readonly Document[] = [
  ...documentsIn('.'),
  ...documentsIn('docs'),
  ...documentsIn('docs/guides'),
  ...(existsSync(join(ROOT, 'decisions')) ? documentsIn('decisions') : []),
  readDocument('packages/trefoil/README.md'),
]

/** Link targets outside code; absolute URLs left out. */
function linksOf(text: string): readonly string[] {
  const prose = text.replace(/^(`{3,})[\s\S]*?^\1$/gm, '').replace(/`[^`\n]*`/g, '')
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target]) => String(target))
    .filter((target) => !/^[a-z]+:/.test(target))
}

/** Anchors of the headings, the way GitHub and most renderers make them. */
function anchorsOf(text: string): ReadonlySet<string> {
  const headings = text.replace(/^(`{3,})[\s\S]*?^\1$/gm, '').matchAll(/^#+ (.+)$/gm)
  return new Set(
    [...headings].map(([, heading]) =>
      String(heading)
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, '')
        .replaceAll(' ', '-'),
    ),
  )
}

describe('links between documents', () => {
  it.each(DOCUMENTS.map((document) => [document.path, document] as const))(
    '%s',
    (path, document) => {
      for (const link of linksOf(document.text)) {
        const [target = '', anchor] = link.split('#')
        const file = target === '' ? path : join(dirname(path), target)
        expect(existsSync(join(ROOT, file)), `${path} links to ${link}`).toBe(true)
        if (anchor === undefined || !file.endsWith('.md')) continue
        expect(anchorsOf(readDocument(file).text), `${path} links to ${link}`).toContain(anchor)
      }
    },
  )

  it('every page of docs/ is linked from the README', () => {
    const linked = linksOf(readDocument('README.md').text)
    const pages = readdirSync(join(ROOT, 'docs')).filter((name) => name.endsWith('.md'))
    expect(pages.filter((name) => !linked.includes(`docs/${name}`))).toEqual([])
  })
})
