import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** Path below `src`, with `/`, to text. */
export type Sources = ReadonlyMap<string, string>

const SRC = fileURLToPath(new URL('../../packages/trefoil/src/', import.meta.url))

/** Everything of `packages/trefoil/src` that is a source or a room sign; tests are not. */
export function readSources(): Sources {
  const names = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter(
      (name) => /\.ts$|(^|\/)README\.md$/.test(name) && !/\.(test(-d)?|fixture)\.ts$/.test(name),
    )
    .sort()
  return new Map(names.map((name) => [name, readFileSync(SRC + name, 'utf8')]))
}
