import { endsWithin } from '../../base/ends-within.ts'
import type { PartFigure } from '../../contract/ports/figures.ts'
import type { Part } from '../declare/part-types.ts'

/** Milliseconds for a part to say what it counts: one that asks a database which is away keeps nobody waiting. */
const LONGEST = 1000

/** What all of them count, asked at the same time. One that fails, or does not answer, takes nothing from the others. */
export async function gatherFigures(
  parts: readonly NonNullable<Part['figures']>[],
): Promise<readonly PartFigure[]> {
  const gathered = await Promise.all(parts.map(figuresOf))
  return gathered.flat()
}

async function figuresOf(ask: NonNullable<Part['figures']>): Promise<readonly PartFigure[]> {
  // Some throw before they have a promise to reject.
  const asked = (async () => ask())()
  if (!(await endsWithin(LONGEST, asked))) return []
  const found: unknown = await asked.catch(() => [])
  // What JavaScript hands back has passed no compiler; whoever shows it looks at each.
  return Array.isArray(found) ? found : []
}
