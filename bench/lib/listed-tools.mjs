/** The tools of W3l and W3h: what a list says of each, and the role that its guard wants. */

const INPUT = {
  type: 'object',
  properties: { order_id: { type: 'string' } },
  required: ['order_id'],
  additionalProperties: false,
}

/** @param {string} workload @param {number} count */
export function listedTools(workload, count) {
  return Array.from({ length: count }, (_, index) => ({
    role: workload === 'w3h' && index % 2 === 1 ? 'admin' : 'clerk',
    tool: {
      name: `get_order_${index + 1}`,
      description: 'Fetch one order by id.',
      inputSchema: INPUT,
      annotations: ANNOTATIONS,
    },
  }))
}

const ANNOTATIONS = { readOnlyHint: true }
