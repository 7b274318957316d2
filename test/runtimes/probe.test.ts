// The probe of the other runtimes (`npm run test:runtimes`), held here by the Node that runs the
// tests: what fails under Bun or Deno is then the runtime's doing.
import process from 'node:process'
import { expect, it } from 'vitest'
import { runProbe } from './probe/run-probe.mjs'

it('passes on this Node (ADAPT-1)', async () => {
  const { runtime, results } = await runProbe(process.execPath, [])
  expect(runtime).toEqual({ name: 'Node', version: process.versions.node })
  expect(results.length).toBeGreaterThan(100)
  expect(results.filter(({ outcome }) => outcome !== 'passed')).toEqual([])
}, 60_000)
