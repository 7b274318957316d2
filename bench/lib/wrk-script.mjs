// The Lua script that makes wrk send a load and look at its answers, and what its figures mean.

/** @param {import('./generator.mjs').Load} load */
export function luaScript(load) {
  return [
    'local threads = {}',
    'function setup(thread) table.insert(threads, thread) end',
    ...(load.parts.length === 1 ? oneRequest(load) : manyRequests(load)),
    ...(load.strict ? lookAtAnswers(load) : []),
    'function done(summary, latency)',
    '  local bad, sent = 0, 0',
    '  for _, thread in ipairs(threads) do',
    "    bad = bad + thread:get('bad')",
    "    sent = sent + thread:get('sent')",
    '  end',
    '  local errors = summary.errors',
    '  print(string.format(',
    `    'RESULT {"requests":%d,"seconds":%.6f,"p99Ms":%.3f,"bad":%d,"refused":%d,"sent":%d,"failed":%d}',`,
    '    summary.requests, summary.duration / 1e6, latency:percentile(99) / 1e3, bad,',
    '    errors.status, sent, errors.connect + errors.read + errors.write + errors.timeout',
    '  ))',
    'end',
    '',
  ].join('\n')
}

/**
 * Counts the wrong answers: in strict mode the script saw each of them; else wrk has counted
 * those of 400 and above, and there must be as many as were asked for.
 *
 * @param {import('./generator.mjs').Load} load
 * @param {import('./generator.mjs').LoadResult & { refused: number, sent: number }} figures
 * @returns {import('./generator.mjs').LoadResult}
 */
export function wrkResult({ parts, order }, { refused, sent, bad, ...result }) {
  const { requests } = result
  // Of requests without their answer yet nobody knows which of the parts they are; and wrk asks
  // the script for one request more than it sends.
  const open = parts.length === 1 ? 0 : Math.max(0, sent - requests) + 1
  const most = refusalsAmong(parts, order, parts.length === 1 ? requests : sent)
  const least = Math.max(0, most - open)
  const amiss = Math.max(0, refused - most, least - refused)
  return { ...result, bad: Math.max(bad, amiss) }
}

/** How many of the first calls of an order are to be refused. */
function refusalsAmong(parts, order, calls) {
  const refusal = order.map((part) => (parts[part].status >= 400 ? 1 : 0))
  const sum = (/** @type {number[]} */ list) => list.reduce((total, one) => total + one, 0)
  return (
    Math.floor(calls / order.length) * sum(refusal) + sum(refusal.slice(0, calls % order.length))
  )
}

/** wrk builds the request once and repeats it. @param {import('./generator.mjs').Load} load */
function oneRequest({ parts }) {
  const { method, headers, body } = /** @type {import('./generator.mjs').LoadPart} */ (parts[0])
    .request
  return [
    `wrk.method = ${lua(method)}`,
    ...(body === null ? [] : [`wrk.body = ${lua(body)}`]),
    ...Object.entries(headers).map(([name, value]) => `wrk.headers[${lua(name)}] = ${lua(value)}`),
    'function init(args) bad = 0; sent = 0 end',
  ]
}

/** All requests are built once; each call takes the next of the order. @param {import('./generator.mjs').Load} load */
function manyRequests({ parts, order }) {
  return [
    `local order = { ${order.map((part) => part + 1).join(', ')} }`,
    'local requests = {}',
    'function init(args)',
    '  bad = 0; sent = 0',
    ...parts.map(({ request: { method, path, headers, body } }, index) => {
      const fields = Object.entries(headers).map(
        ([name, value]) => `[${lua(name)}] = ${lua(value)}`,
      )
      // wrk.format adds the host only to the headers of its own that it set up before.
      const host = `["Host"] = wrk.headers["Host"]`
      const list = `{ ${[host, ...fields].join(', ')} }`
      return `  requests[${index + 1}] = wrk.format(${lua(method)}, ${lua(path)}, ${list}, ${body === null ? 'nil' : lua(body)})`
    }),
    'end',
    'function request()',
    `  local part = order[sent % ${order.length} + 1]`,
    '  sent = sent + 1',
    '  return requests[part]',
    'end',
  ]
}

/** The statuses of the parts differ, so a status says which body is right. @param {import('./generator.mjs').Load} load */
function lookAtAnswers({ parts }) {
  const allowed = parts.map(
    ({ status, body }) => `[${status}] = ${body === null ? 'true' : lua(body)}`,
  )
  return [
    `local allowed = { ${allowed.join(', ')} }`,
    'function response(status, headers, body)',
    '  local right = allowed[status]',
    '  if right == nil or (right ~= true and body ~= right) then bad = bad + 1 end',
    'end',
  ]
}

/** A Lua string of any text: every byte as an escape, so nothing in it can end it. @param {string} text */
function lua(text) {
  return `"${[...Buffer.from(text)].map((byte) => `\\${String(byte).padStart(3, '0')}`).join('')}"`
}
