// node bench/tool-lists.mjs [--json] [--quick] [--slices N] [--starts N] [--tools N]: what `tools/list` costs where every
// tool has a guard, for 1, 10, 100 and 1,000 tools (or N), of which the caller sees all or half.
import { prepare } from './lib/prepare.mjs'

const code = prepare(import.meta.url)
if (code === null) {
  const { peers } = await import('./lib/catalogue.mjs')
  const { readFlags } = await import('./lib/flags.mjs')
  const { guarded } = await import('./lib/guarded.mjs')
  const { benchSlices } = await import('./lib/slices-bench.mjs')
  const numbers = {
    slices: { full: 60, quick: 10 },
    starts: { full: 2, quick: 1 },
    tools: { full: 0, quick: 0 },
  }
  process.exitCode = await guarded(async () => {
    const flags = readFlags(numbers)
    const rows = peers.filter(({ name }) => name === 'node-cached' || name === 'trefoil')
    for (const tools of flags.tools === 0 ? [1, 10, 100, 1000] : [flags.tools]) {
      if (!flags.json) process.stdout.write(`${tools} tools\n\n`)
      const servers = rows.map((peer) => ({ ...peer, tools }))
      await benchSlices({ ...flags, servers, base: 'node-cached', arguments: ['w3l', 'w3h'] })
    }
  })
} else process.exitCode = code
