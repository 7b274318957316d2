import { serve } from 'trefoil/node'
import { app } from './app.ts'
import { greeting } from './greeting.ts'
import { readSettings } from './settings.ts'

/**
 * Listens until the process is told to stop.
 *
 * @returns the exit code: 0 when the store listens, 1 when it could not start
 */
export async function startStore(env: NodeJS.ProcessEnv): Promise<number> {
  try {
    const { url } = await serve(app, readSettings(env))
    console.log(greeting(url))
    return 0
  } catch (error) {
    console.error(`The store could not start: ${error instanceof Error ? error.message : error}`)
    return 1
  }
}
