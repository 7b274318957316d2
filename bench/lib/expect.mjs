// What an answer must be, as functions that say what is wrong with it or `null`.

/** @typedef {import('./workloads.mjs').Verdict} Verdict */

/** @param {readonly number[]} statuses @returns {Verdict} */
export function expectStatus(...statuses) {
  return ({ status }) =>
    statuses.includes(status) ? null : `status ${status}, expected ${statuses.join(' or ')}`
}

/** @param {readonly string[]} names @returns {Verdict} */
export function expectHeaders(names) {
  return ({ headers }) => {
    const missing = names.filter((name) => !headers.has(name))
    return missing.length === 0 ? null : `headers missing: ${missing.join(', ')}`
  }
}

/** @param {unknown} value @returns {Verdict} */
export function expectJson(value) {
  return ({ text }) => sameJson(parseJson(text), value)
}

/** The first complaint of several. @param {readonly Verdict[]} verdicts @returns {Verdict} */
export function all(...verdicts) {
  return (answer, peer) => {
    for (const verdict of verdicts) {
      const wrong = verdict(answer, peer)
      if (wrong !== null) return wrong
    }
    return null
  }
}

/** @param {unknown} text */
export function parseJson(text) {
  try {
    return JSON.parse(String(text))
  } catch {
    return null
  }
}

/** Same members and values; the order of members does not matter. @param {unknown} actual @param {unknown} expected */
export function sameJson(actual, expected) {
  const left = canonical(actual)
  const right = canonical(expected)
  return left === right
    ? null
    : `got ${String(left).slice(0, 200)}, expected ${String(right).slice(0, 200)}`
}

/** Nothing for `undefined`. @param {unknown} value @returns {string | undefined} */
function canonical(value) {
  return JSON.stringify(value, (_, member) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
}
