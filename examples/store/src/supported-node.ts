const MAJOR = 22
const MINOR = 18

/**
 * What is wrong with a version of Node, in one line, or `null` when the store runs on it.
 *
 * @param version such as `24.21.0`
 */
export function unsupportedNode(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  if (major > MAJOR || (major === MAJOR && minor >= MINOR)) return null
  return (
    `The store needs Node ${MAJOR}.${MINOR} or newer and this is ${version}: ` +
    'start it with `npm start` in the repository, or install Node 24.'
  )
}
