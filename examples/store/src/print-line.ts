/**
 * The body of a program that takes one argument and prints one line.
 *
 * @param make returns the line, or `null` when the argument is wrong
 * @returns the exit code: 0, 1 when it failed, 2 for wrong usage
 */
export async function printLine(
  args: readonly string[],
  usage: string,
  make: (argument: string) => Promise<string | null>,
): Promise<number> {
  try {
    const [argument, ...more] = args
    const line = argument === undefined || more.length > 0 ? null : await make(argument)
    if (line === null) {
      console.error(`Usage: ${usage}`)
      return 2
    }
    console.log(line)
    return 0
  } catch (error) {
    console.error(error instanceof Error ? error.message : error)
    return 1
  }
}
