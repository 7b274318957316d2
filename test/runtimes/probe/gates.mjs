// Two sides that wait for each other by name, so that no check has to wait for time to pass.
const gates = new Map()

/** Resolves once `open` was called with the same name, before or after. */
export function opened(name) {
  return gateOf(name).promise
}

export function open(name, value) {
  gateOf(name).resolve(value)
}

function gateOf(name) {
  const gate = gates.get(name) ?? Promise.withResolvers()
  gates.set(name, gate)
  return gate
}

let last = 0

/** A name nobody else uses. */
export function freshName() {
  last++
  return `g${last}`
}
