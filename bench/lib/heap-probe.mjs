// Loaded into a server before its own code (`--expose-gc --import`): tells, when asked over the
// process channel, what is in its heap. Costs nothing between questions.
import { PerformanceObserver } from 'node:perf_hooks'

let collections = 0
new PerformanceObserver((list) => {
  collections += list.getEntries().length
}).observe({ entryTypes: ['gc'] })

process.on('message', async ({ collect }) => {
  if (collect) {
    // Twice, with a turn between: what a finalizer lets go is only gone the second time.
    globalThis.gc()
    await new Promise((resolve) => setImmediate(resolve))
    globalThis.gc()
  }
  // The observer hears of a collection a turn later.
  await new Promise((resolve) => setTimeout(resolve, 20))
  const { heapUsed, external, rss } = process.memoryUsage()
  process.send({ heapUsed, external, rss, collections })
})
process.channel.unref()
