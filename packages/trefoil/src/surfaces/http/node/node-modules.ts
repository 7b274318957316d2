import process from 'node:process'

// Modules of Node, asked for and not imported. An `import` of one reads every export: that takes
// longer than the module itself, and `WebSocket`, which is one of those of `node:http`, loads all of
// the fetch client, a fifth of the time in which a program starts.

export const http: typeof import('node:http') = process.getBuiltinModule('node:http')

const fs: typeof import('node:fs') = process.getBuiltinModule('node:fs')
export const statSync: typeof fs.statSync = fs.statSync

const files: typeof import('node:fs/promises') = process.getBuiltinModule('node:fs/promises')
export const open: typeof files.open = files.open
export const realpath: typeof files.realpath = files.realpath
export const stat: typeof files.stat = files.stat

const path: typeof import('node:path') = process.getBuiltinModule('node:path')
export const basename: typeof path.basename = path.basename
export const join: typeof path.join = path.join
export const sep: typeof path.sep = path.sep
