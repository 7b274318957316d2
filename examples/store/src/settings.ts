/** Where the store listens. */
export interface Settings {
  readonly port: number
  readonly host: string
}

const PORT = /^(0|[1-9][0-9]{0,4})$/
const MAX_PORT = 65_535

/**
 * Reads `PORT` (default 8000; 0 takes a free one) and `HOST` (default 127.0.0.1).
 *
 * @throws Error when `PORT` is not a port
 */
export function readSettings(env: Readonly<Record<string, string | undefined>>): Settings {
  const port = env['PORT'] || '8000'
  if (!PORT.test(port) || Number(port) > MAX_PORT) {
    throw new Error(`PORT must be a number from 0 to ${MAX_PORT}, not ${JSON.stringify(port)}`)
  }
  return { port: Number(port), host: env['HOST'] || '127.0.0.1' }
}
