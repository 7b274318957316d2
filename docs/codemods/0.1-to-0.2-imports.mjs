// Rewrites imports of code written for Trefoil 0.1: names that are at another door now, and names
// that have changed.
//
//   node 0.1-to-0.2-imports.mjs 'src/**/*.ts' README.md
//
// It knows `import { … } from 'trefoil'` in TypeScript, JavaScript and the code blocks of Markdown.
// `import * as` is left alone. It can be run again at any time; the second time it changes nothing.
// Needs nothing but Node 22. Run a formatter afterwards.
import { globSync, readFileSync, writeFileSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const AUTH = [
  'AuthConfig',
  'AuthContext',
  'AuthRequest',
  'AuthenticationError',
  'Authenticator',
  'Guard',
  'KeyRing',
  'PrincipalKind',
  'SecurityScheme',
  'keyRing',
]
const COOKIES = [
  'CookieFormat',
  'CookieOptions',
  'CookieSession',
  'CookieSessionOptions',
  'CookieSigner',
  'CookieSignerOptions',
  'OpenOptions',
  'SealOptions',
  'cookieSession',
]

/** Door they were at → name → door they are at. */
const MOVED = {
  index: Object.fromEntries([
    ...AUTH.map((name) => [name, 'auth']),
    ...COOKIES.map((name) => [name, 'cookies']),
  ]),
}

/** Door → old name → new name. */
const RENAMED = { index: { onError: 'handle' }, node: { FileOptions: 'SentFileOptions' } }

/** Methods of the test client; their names are nobody else's. */
const METHODS = { toolsCall: 'callTool', toolsList: 'listTools' }

const IMPORT = /^([ \t]*(?:<!-- setup: )?)import (type )?\{([^}]*)\} from '([^']+)'(;?)/gm

/**
 * @param {string} source
 * @returns {string}
 */
export function moveImports(source) {
  const renames = new Map()
  const rewritten = source.replace(IMPORT, (whole, indent, type, list, specifier, end) => {
    const from = doorOf(specifier)
    if (from === null) return whole
    const byDoor = new Map()
    let changed = false
    for (const entry of list.split(',').map((text) => text.trim())) {
      if (entry === '') continue
      const [, own = '', name = '', alias = ''] = /^(type )?(\w+)(.*)$/s.exec(entry) ?? []
      const to = MOVED[from]?.[name] ?? from
      const newName = RENAMED[from]?.[name] ?? name
      if (newName !== name && alias === '') renames.set(name, newName)
      changed ||= to !== from || newName !== name
      byDoor.set(to, [...(byDoor.get(to) ?? []), `${own}${newName}${alias}`])
    }
    if (!changed) return whole
    return [...byDoor]
      .map(([door, names]) => statement(indent, type, names, specifierOf(door, specifier), end))
      .join(indent.includes('setup') ? ' ' : '\n')
  })
  let result = rewritten === source ? source : joined(rewritten)
  for (const [from, to] of renames) {
    // Methods of the same name stay what they are: `app.onError(…)`.
    const use = /^[A-Z]/.test(from) ? '\\b' : '(?=\\()'
    result = result.replace(new RegExp(`(?<![.\\w'"\`#-])${from}${use}`, 'g'), to)
  }
  for (const [from, to] of Object.entries(METHODS)) {
    result = result.replace(new RegExp(`(?<=\\.)${from}(?=\\()`, 'g'), to)
  }
  return result
}

function statement(indent, type, names, specifier, end) {
  return `${indent}import ${type ?? ''}{ ${names.join(', ')} } from '${specifier}'${end}`
}

/** Two imports of values from one door are one. */
function joined(source) {
  const seen = new Map()
  for (const [whole, indent, type, list, specifier] of source.matchAll(IMPORT)) {
    if (doorOf(specifier) === null || indent !== '' || type) continue
    seen.set(specifier, [...(seen.get(specifier) ?? []), { whole, list }])
  }
  let result = source
  // A document has an import in each of its blocks.
  if (source.includes('```')) return source
  for (const [specifier, statements] of seen) {
    const [first, ...rest] = statements
    if (rest.length === 0) continue
    const names = statements.flatMap(({ list }) => list.split(',').map((text) => text.trim()))
    for (const { whole } of rest) result = result.replace(`${whole}\n`, '')
    const unique = [...new Set(names.filter((name) => name !== ''))]
    result = result.replace(first.whole, statement('', '', unique, specifier, ''))
  }
  return result
}

/** `index` for the main door; `null` for what is none. */
function doorOf(specifier) {
  // By path: tests of the framework's own repository.
  const [, name, file] =
    /^(?:trefoil(?:\/(\w+))?|.*\/packages\/trefoil\/src\/(\w+)\.ts)$/.exec(specifier) ?? []
  if (specifier === 'trefoil') return 'index'
  const door = name ?? file
  return ['index', 'auth', 'cookies', 'node', 'testing'].includes(door) ? door : null
}

function specifierOf(door, like) {
  if (like.startsWith('trefoil')) return door === 'index' ? 'trefoil' : `trefoil/${door}`
  return like.replace(/\w+\.ts$/, `${door}.ts`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = process.argv.slice(2).flatMap((pattern) => globSync(pattern))
  for (const file of files) {
    const source = readFileSync(file, 'utf8')
    const moved = moveImports(source)
    if (moved !== source) {
      writeFileSync(file, moved)
      console.log(file)
    }
  }
}
