import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown } from 'rolldown'
import { onTestFinished } from 'vitest'

const FOLDER = join(import.meta.dirname, '../../node_modules/.cache/trefoil-scripts')

/**
 * A script with all that it imports of ours as one file: a process that has to read three hundred sources first
 * takes seconds to begin.
 *
 * @returns its path; gone when the test is
 */
export async function bundledScript(script: string): Promise<string> {
  const file = await bundleScript(script)
  onTestFinished(() => rmSync(file, { force: true }))
  return file
}

/** The same for a whole file of tests, which removes it itself. */
export async function bundleScript(script: string): Promise<string> {
  mkdirSync(FOLDER, { recursive: true })
  const file = join(FOLDER, `${process.pid}-${Date.now()}.mjs`)
  const bundle = await rolldown({
    input: script,
    platform: 'node',
    // What is installed stays where it is.
    external: /^(?!\.|\/)/,
    logLevel: 'silent',
  })
  await bundle.write({ file, format: 'esm', codeSplitting: false })
  await bundle.close()
  return file
}
