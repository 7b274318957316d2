// Nothing is measured before it has answered rightly and refused what it must refuse.
import { BenchFailure } from './log.mjs'

/**
 * Asks once and looks at the answer.
 *
 * @param {import('./server-process.mjs').RunningServer} server
 * @param {import('./workloads.mjs').Workload} workload
 * @returns {Promise<string>} the body of a right answer
 * @throws {BenchFailure} when it was wrong
 */
export async function checkAnswer(server, workload) {
  const answer = await ask(server.port, workload.request)
  const wrong =
    answer.status === workload.status
      ? workload.wrong(answer)
      : `status ${answer.status}: ${answer.text}`
  if (wrong !== null)
    throw new BenchFailure(`${server.name} answers ${workload.name} wrongly: ${wrong}`)
  return answer.text
}

/**
 * Everything a server must refuse, or do differently.
 *
 * @param {import('./server-process.mjs').RunningServer} server
 * @param {import('./workloads.mjs').Workload} workload
 * @throws {BenchFailure} naming every probe that failed
 */
export async function checkProbes(server, workload) {
  const failures = []
  for (const probe of workload.probes) {
    const wrong = probe.wrong(await ask(server.port, probe.request))
    if (wrong !== null) failures.push(`${probe.name}: ${wrong}`)
  }
  if (failures.length > 0) {
    throw new BenchFailure(`${server.name} fails in ${workload.name}:\n  ${failures.join('\n  ')}`)
  }
}

/** @param {number} port @param {import('./workloads.mjs').Request} request @returns {Promise<import('./workloads.mjs').Answer>} */
async function ask(port, { method, path, headers, body }) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, headers, body })
  return { status: response.status, headers: response.headers, text: await response.text() }
}
