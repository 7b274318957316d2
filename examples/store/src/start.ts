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
    const pages = `${pageOrigin(url)}/account`
    const tokens = developmentParts().length > 0
    console.log(greeting(url, { tokens, key: takesApiKey(), accounts: people !== null, pages }))
    return 0
  } catch (error) {
    console.error(`The store could not start: ${error instanceof Error ? error.message : error}`)
    return 1
  }
}

/** Browsers make passkeys for `localhost` and for no address; and nobody can open `0.0.0.0`. */
function pageOrigin(url: string): string {
  const { TREFOIL_AUTH_APP_URL: chosen } = process.env
  return chosen || `http://localhost:${new URL(url).port}`
}
