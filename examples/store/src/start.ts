import { serve } from 'trefoil/node'
import { greeting } from './greeting.ts'

/**
 * Listens until the process is told to stop, at `PORT` and `HOST` or at 127.0.0.1:8000.
 *
 * @returns the exit code: 0 when the store listens, 1 when it could not start
 */
export async function startStore(): Promise<number> {
  try {
    // Late, because what the variables say is read with it, and may be wrong.
    const { app, people } = await import('./app.ts')
    const { developmentParts, takesApiKey } = await import('./authentication.ts')
    const { url } = await serve(app)
    const tokens = developmentParts().length > 0
    console.log(greeting(url, { tokens, key: takesApiKey(), accounts: people !== null }))
    return 0
  } catch (error) {
    console.error(`The store could not start: ${error instanceof Error ? error.message : error}`)
    return 1
  }
}
