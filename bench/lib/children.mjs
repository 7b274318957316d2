// A server or a generator left behind would spoil every later run, so all of them end with us.

/** @type {Set<import('node:child_process').ChildProcess>} */
const children = new Set()

process.once('exit', () => {
  for (const child of children) child.kill('SIGKILL')
})
process.once('SIGINT', () => process.exit(130))
process.once('SIGTERM', () => process.exit(143))

/** @template {import('node:child_process').ChildProcess} Child @param {Child} child @returns {Child} */
export function adopt(child) {
  children.add(child)
  child.once('exit', () => children.delete(child))
  return child
}
