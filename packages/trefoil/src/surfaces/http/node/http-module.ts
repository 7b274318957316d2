import process from 'node:process'

/**
 * `node:http`, asked for and not imported: an `import` of it reads every export, `WebSocket` is
 * one of them, and reading that loads all of the fetch client, a fifth of the time in which a
 * program starts.
 */
export const http: typeof import('node:http') = process.getBuiltinModule('node:http')
