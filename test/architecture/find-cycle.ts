/** Edges by node. */
export type Graph = ReadonlyMap<string, ReadonlySet<string>>

/**
 * All cycles a depth-first walk meets, one for each edge that leads back, each starting at its
 * alphabetically first node.
 */
export function findCycles(graph: Graph): readonly (readonly string[])[] {
  const done = new Set<string>()
  const path: string[] = []
  const cycles: string[][] = []
  const visit = (node: string): void => {
    const start = path.indexOf(node)
    if (start >= 0) {
      cycles.push(fromFirst(path.slice(start)))
      return
    }
    if (done.has(node)) return
    path.push(node)
    for (const next of graph.get(node) ?? []) visit(next)
    path.pop()
    done.add(node)
  }
  for (const node of graph.keys()) visit(node)
  return cycles
}

function fromFirst(cycle: readonly string[]): string[] {
  const start = cycle.indexOf([...cycle].sort()[0] ?? '')
  return [...cycle.slice(start), ...cycle.slice(0, start)]
}
