import { hash } from 'node:crypto'

/**
 * What a savepoint inside a unit is called: never a name of ours, and another one for every name. SQLite does not tell
 * upper from lower case, and PostgreSQL not what comes after 63 bytes: a rollback would go to the wrong one.
 */
export function savepoint(name: string): string {
  return `"own ${hash('sha256', name, 'hex').slice(0, 40)}"`
}
