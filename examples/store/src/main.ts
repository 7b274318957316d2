import { unsupportedNode } from './supported-node.ts'

const refusal = unsupportedNode(process.versions.node)
if (refusal === null) {
  // Loaded late: an unsupported Node has no `node:sqlite` and would say so in its own words.
  const { startStore } = await import('./start.ts')
  process.exitCode = await startStore()
} else {
  console.error(refusal)
  process.exitCode = 2
}
