import { BenchFailure } from './log.mjs'

/**
 * What a generator needs to know to put a workload on a server.
 *
 * @param {number} port
 * @param {Pick<import('./workloads.mjs').Workload, 'parts' | 'order'>} workload
 * @param {readonly (string | null)[]} bodies of right answers, by part; `null` when they differ from call to call
 * @param {{ connections: number, seconds: number, count?: number | null, strict?: boolean }} size
 * @returns {import('./generator.mjs').Load}
 */
export function loadOf(port, { parts, order }, bodies, size) {
  const { connections, seconds, count = null, strict = false } = size
  return {
    port,
    parts: parts.map(({ request, status }, index) => ({
      request,
      status,
      body: bodies[index] ?? null,
    })),
    order,
    connections,
    seconds,
    count,
    strict,
  }
}

/**
 * @param {string} server
 * @param {string} workload
 * @param {import('./generator.mjs').LoadResult} result
 * @throws {BenchFailure} when one answer was wrong or one connection broke
 */
export function refuseBad(server, workload, { requests, bad, failed }) {
  if (requests === 0) throw new BenchFailure(`${server} answered nothing in ${workload}`)
  if (bad + failed > 0) {
    throw new BenchFailure(
      `${server} in ${workload}: ${bad} wrong answers, ${failed} broken connections of ${requests}`,
    )
  }
}
