import type { Action } from '../../contract/call/action.ts'
import {
  type Dependency,
  type DependencyScope,
  dependency,
} from '../../contract/call/dependency.ts'

/** A dependency that writes down its life. */
export function traced(
  name: string,
  log: string[],
  scope: DependencyScope = 'request',
): Dependency<string> {
  return dependency(
    async function* () {
      log.push(`open ${name}`)
      try {
        yield name
        log.push(`commit ${name}`)
      } catch (error) {
        log.push(`rollback ${name}: ${error instanceof Error ? error.message : error}`)
        throw error
      }
    },
    { name, scope },
  )
}

/** The part of an action that has these injected under their names. */
export function using(...dependencies: Dependency<unknown>[]): Partial<Action> {
  return { dependencies: dependencies.map((one) => [one.name, one] as const) }
}
