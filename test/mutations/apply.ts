// A setup file of `npm run mutations`, in the process of the tests: the source that a mutation is of is loaded without its rule.
import { readFileSync } from 'node:fs'
import { enableCompileCache, registerHooks } from 'node:module'
import { pathToFileURL } from 'node:url'
import { inject } from 'vitest'
import { type Mutation, mutated } from './mutated.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** `null` where nothing is taken away. */
    readonly mutation: Mutation | null
    /** Of the repository, with a slash. */
    readonly root: string
  }
}

// Each run loads everything anew; it goes by what a file says, so what was mutated is not found in it.
enableCompileCache(`${inject('root')}node_modules/.cache/mutations`)
const mutation = inject('mutation')
if (mutation !== null) {
  const path = inject('root') + mutation.file
  const { href } = pathToFileURL(path)
  registerHooks({
    load: (url, context, next) =>
      url === href
        ? {
            format: 'module-typescript',
            shortCircuit: true,
            source: mutated(mutation, readFileSync(path, 'utf8')),
          }
        : next(url, context),
  })
}
