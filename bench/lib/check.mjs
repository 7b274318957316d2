// Nothing is measured before it has answered rightly and refused what it must refuse.
import { BenchFailure } from './log.mjs'

/**
 * Asks once for every part of a workload and looks at the answers.
 *
 * @param {import('./server-process.mjs').RunningServer} server
 * @param {Pick<import('./workloads.mjs').Workload, 'name' | 'parts' | 'before'>} workload
 * @returns {Promise<string[]>} the bodies of the right answers, in the order of the parts
 * @throws {BenchFailure} when one was wrong
 */
export async function checkAnswers(server, workload) {
  const bodies = []
  for (const request of workload.before ?? []) await ask(server, request)
  for (const part of workload.parts) {
    const answer = await ask(server, part.request)
    const wrong =
      answer.status === part.status
        ? part.wrong(answer, server.peer)
        : `status ${answer.status}, expected ${part.status}: ${answer.text.slice(0, 500)}`
    if (wrong !== null) {
      throw new BenchFailure(
        `${server.name} answers ${workload.name} (${part.name}) wrongly: ${wrong}`,
      )
    }
    bodies.push(answer.text)
  }
  return bodies
}

/**
 * Bodies that are the same from call to call, so that a generator can compare them; `null` for
 * those that are not.
 *
 * @param {import('./server-process.mjs').RunningServer} server
 * @param {Pick<import('./workloads.mjs').Workload, 'name' | 'parts' | 'before'>} workload
 * @throws {BenchFailure} when an answer was wrong
 */
export async function fixedBodies(server, workload) {
  const first = await checkAnswers(server, workload)
  const second = await checkAnswers(server, workload)
  return first.map((body, index) => (body === second[index] ? body : null))
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
    const wrong = probe.wrong(await ask(server, probe.request), server.peer)
    if (wrong !== null) failures.push(`${probe.name}: ${wrong}`)
  }
  if (failures.length > 0) {
    throw new BenchFailure(`${server.name} fails in ${workload.name}:\n  ${failures.join('\n  ')}`)
  }
}

/**
 * @param {import('./server-process.mjs').RunningServer} server
 * @param {import('./workloads.mjs').Request} request
 * @returns {Promise<import('./workloads.mjs').Answer>}
 * @throws {BenchFailure} when no answer came, with what the server said last
 */
async function ask(server, { method, path, headers, body }) {
  try {
    const url = `http://127.0.0.1:${server.port}${path}`
    const response = await fetch(url, { method, headers, body })
    return { status: response.status, headers: response.headers, text: await response.text() }
  } catch (error) {
    const { cause, message } = /** @type {Error} */ (error)
    throw new BenchFailure(
      `${server.name} did not answer ${method} ${path}: ${cause ?? message}\n${server.errors()}`,
    )
  }
}
