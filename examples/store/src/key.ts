import { loadApiKey } from './secret.ts'

/** `npm run key` prints the API key of the store and nothing else. */
try {
  console.log(loadApiKey())
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
