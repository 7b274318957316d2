// Moves the options of `createApp` in code written for Trefoil 0.1 to the groups of 0.2, and renames
// environment variables:
//
//   node 0.1-to-0.2.mjs 'src/**/*.ts' .env Dockerfile README.md
//
//   --also makeApp    also in objects handed to makeApp({ … }), a function of yours, and in
//                     const makeApp = { … }, an object of options
//   --dry-run         changes nothing, says what it would change
//
// What it cannot do it says, one line each: `file:line: …`. It can be run again at any time; the
// second time it changes nothing. Needs nothing but Node 22. Run a formatter afterwards.
import { globSync, readFileSync, writeFileSync } from 'node:fs'

// <generated> by `npm run docs` from the source of the framework
const MOVED = {
  security: {
    to: 'edge.security',
  },
  allowedHosts: {
    to: 'edge.hosts',
  },
  trustedProxies: {
    to: 'edge.proxies',
  },
  proxyHeaders: {
    to: 'edge.proxyHeaders',
  },
  requestIdHeader: {
    to: 'edge.requestIdHeader',
  },
  responseHeaders: {
    to: 'edge.headers',
  },
  compression: {
    to: 'edge.compression',
  },
  cors: {
    to: 'browser.cors',
  },
  csrf: {
    to: 'browser.csrf',
  },
  contentSecurityPolicy: {
    to: 'browser.contentSecurityPolicy',
  },
  hsts: {
    to: 'browser.hsts',
  },
  maxBodySize: {
    to: 'limits.body',
    unit: 'b',
  },
  maxJsonDepth: {
    to: 'limits.jsonDepth',
  },
  maxJsonMembers: {
    to: 'limits.jsonMembers',
  },
  maxFormParts: {
    to: 'limits.formParts',
  },
  maxFormFieldSize: {
    to: 'limits.formField',
    unit: 'b',
  },
  maxFileSize: {
    to: 'limits.file',
    unit: 'b',
  },
  uploadSpoolSize: {
    to: 'limits.spool',
    unit: 'b',
  },
  maxInFlight: {
    to: 'limits.inFlight',
  },
  timeout: {
    to: 'limits.timeout',
    unit: 'ms',
  },
  closeTimeout: {
    to: 'limits.close',
    unit: 'ms',
  },
  openapiPath: {
    to: 'docs.openapiPath',
  },
  docsPath: {
    to: 'docs.path',
  },
  publicDocs: {
    to: 'docs.public',
  },
  tagDescriptions: {
    to: 'docs.tags',
  },
  mcpAllowedOrigins: {
    to: 'mcp.allowedOrigins',
  },
  mcpDocsPath: {
    to: 'mcp.docsPath',
  },
  maxToolResponseSize: {
    to: 'mcp.maxResponseSize',
    unit: 'b',
  },
  maxActionResponseSize: {
    to: 'cli.maxResponseSize',
    unit: 'b',
  },
  logger: {
    to: 'log.logger',
  },
  logLevel: {
    to: 'log.level',
  },
  accessLog: {
    to: 'log.access',
  },
  onCall: {
    to: 'log.onCall',
  },
}
const VARIABLES = {
  TREFOIL_SECURITY: {
    to: 'TREFOIL_EDGE_SECURITY',
  },
  TREFOIL_ALLOWED_HOSTS: {
    to: 'TREFOIL_EDGE_HOSTS',
  },
  TREFOIL_TRUSTED_PROXIES: {
    to: 'TREFOIL_EDGE_PROXIES',
  },
  TREFOIL_PROXY_HEADERS: {
    to: 'TREFOIL_EDGE_PROXY_HEADERS',
  },
  TREFOIL_REQUEST_ID_HEADER: {
    to: 'TREFOIL_EDGE_REQUEST_ID_HEADER',
  },
  TREFOIL_COMPRESSION: {
    to: 'TREFOIL_EDGE_COMPRESSION',
  },
  TREFOIL_CONTENT_SECURITY_POLICY: {
    to: 'TREFOIL_BROWSER_CONTENT_SECURITY_POLICY',
  },
  TREFOIL_HSTS_MAX_AGE: {
    to: 'TREFOIL_BROWSER_HSTS_MAX_AGE',
    unit: 's',
  },
  TREFOIL_HSTS_INCLUDE_SUB_DOMAINS: {
    to: 'TREFOIL_BROWSER_HSTS_INCLUDE_SUB_DOMAINS',
  },
  TREFOIL_HSTS_PRELOAD: {
    to: 'TREFOIL_BROWSER_HSTS_PRELOAD',
  },
  TREFOIL_CORS_ALLOW_ORIGINS: {
    to: 'TREFOIL_BROWSER_CORS_ALLOWED_ORIGINS',
  },
  TREFOIL_CORS_ALLOW_ORIGIN_REGEX: {
    to: 'TREFOIL_BROWSER_CORS_ALLOWED_ORIGIN_PATTERN',
  },
  TREFOIL_CORS_ALLOW_METHODS: {
    to: 'TREFOIL_BROWSER_CORS_ALLOWED_METHODS',
  },
  TREFOIL_CORS_ALLOW_HEADERS: {
    to: 'TREFOIL_BROWSER_CORS_ALLOWED_HEADERS',
  },
  TREFOIL_CORS_EXPOSE_HEADERS: {
    to: 'TREFOIL_BROWSER_CORS_EXPOSE_HEADERS',
  },
  TREFOIL_CORS_ALLOW_CREDENTIALS: {
    to: 'TREFOIL_BROWSER_CORS_ALLOW_CREDENTIALS',
  },
  TREFOIL_CORS_MAX_AGE: {
    to: 'TREFOIL_BROWSER_CORS_MAX_AGE',
    unit: 's',
  },
  TREFOIL_CSRF_TRUSTED_ORIGINS: {
    to: 'TREFOIL_BROWSER_CSRF_TRUSTED_ORIGINS',
  },
  TREFOIL_CSRF_REQUIRE_TOKEN: {
    to: 'TREFOIL_BROWSER_CSRF_REQUIRE_TOKEN',
  },
  TREFOIL_MAX_BODY_SIZE: {
    to: 'TREFOIL_LIMITS_BODY',
  },
  TREFOIL_MAX_JSON_DEPTH: {
    to: 'TREFOIL_LIMITS_JSON_DEPTH',
  },
  TREFOIL_MAX_JSON_MEMBERS: {
    to: 'TREFOIL_LIMITS_JSON_MEMBERS',
  },
  TREFOIL_MAX_FORM_PARTS: {
    to: 'TREFOIL_LIMITS_FORM_PARTS',
  },
  TREFOIL_MAX_FORM_FIELD_SIZE: {
    to: 'TREFOIL_LIMITS_FORM_FIELD',
  },
  TREFOIL_MAX_FILE_SIZE: {
    to: 'TREFOIL_LIMITS_FILE',
  },
  TREFOIL_UPLOAD_SPOOL_SIZE: {
    to: 'TREFOIL_LIMITS_SPOOL',
  },
  TREFOIL_MAX_IN_FLIGHT: {
    to: 'TREFOIL_LIMITS_IN_FLIGHT',
  },
  TREFOIL_TIMEOUT: {
    to: 'TREFOIL_LIMITS_TIMEOUT',
  },
  TREFOIL_OPENAPI_PATH: {
    to: 'TREFOIL_DOCS_OPENAPI_PATH',
  },
  TREFOIL_PUBLIC_DOCS: {
    to: 'TREFOIL_DOCS_PUBLIC',
  },
  TREFOIL_MAX_TOOL_RESPONSE_SIZE: {
    to: 'TREFOIL_MCP_MAX_RESPONSE_SIZE',
  },
  TREFOIL_MAX_ACTION_RESPONSE_SIZE: {
    to: 'TREFOIL_CLI_MAX_RESPONSE_SIZE',
  },
}
const KEPT = [
  'name',
  'version',
  'description',
  'debug',
  'auth',
  'publicSurfaces',
  'requireAuth',
  'publicActions',
  'guards',
  'verboseDenials',
  'approval',
  'personOf',
  'agentWrites',
  'audit',
  'parts',
  'edge',
  'browser',
  'limits',
  'docs',
  'mcp',
  'asking',
  'cli',
  'log',
  'state',
  'callState',
  'clock',
  'random',
  'env',
]
// </generated>

/** Options that are objects themselves, with members that were bare numbers in 0.1. */
const INNER_UNITS = {
  cors: { maxAge: 's' },
  hsts: { maxAge: 's' },
  compression: { threshold: 'b' },
}

const CODE = /\.(?:[cm]?[jt]s|[jt]sx)$/
const BLOCK =
  /^(?<fence>```+)(?:ts|js|mjs|typescript|javascript|tsx|jsx)\b[^\n]*\n(?<code>[\s\S]*?)^\k<fence>/gm

/**
 * @param {string} text of a file
 * @param {{ file?: string, also?: readonly string[] }} [options]
 * @returns {{ text: string, notes: string[] }} the new text, and what is left to do by hand
 */
export function migrate(text, { file = 'input.ts', also = [] } = {}) {
  const notes = []
  const say = (position, message) => {
    const line = text.slice(0, position).split('\n').length
    notes.push(`${file}:${line}: ${message}`)
  }
  const names = new Set(['createApp', ...also])
  let moved = text
  if (CODE.test(file)) moved = moveOptions(text, names, say)
  else if (file.endsWith('.md')) {
    moved = text.replace(BLOCK, (block, _fence, code, position) => {
      const start = position + block.indexOf('\n') + 1
      const changed = moveOptions(code, names, (at, message) => say(start + at, message))
      return block.replace(code, () => changed)
    })
  }
  return { text: renameVariables(moved, say), notes }
}

function renameVariables(text, say) {
  return text.replace(
    /\bTREFOIL_[A-Z_]+\b(\s*[=:]\s*["']?)?(\d+)?(?!\w)/g,
    (found, sign, number, at) => {
      const name = /^TREFOIL_[A-Z_]+/.exec(found)[0]
      const moved = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined
      if (moved === undefined) return found
      if (moved.unit === undefined) return found.replace(name, moved.to)
      // Under its new name a bare number is refused: nobody should have to guess its unit.
      if (sign !== undefined && number !== undefined)
        return `${moved.to}${sign}${number}${moved.unit}`
      say(at, `${moved.to} takes text with a unit, such as 600${moved.unit}`)
      return moved.to + found.slice(name.length)
    },
  )
}

/** Rewrites each object literal in `createApp({ … })`. */
function moveOptions(text, given, say) {
  const tokens = tokensOf(text)
  const names = new Set([...given, ...spreadNames(tokens, given)])
  const objects = objectsOf(text, tokens, names, given)
  let result = ''
  let done = 0
  for (const [index, token] of tokens.entries()) {
    if (token.start < done) continue
    if (token.kind === 'template' && [...given].some((name) => token.text.includes(name))) {
      // Code in text: a program that a test writes to a file.
      const inner = token.text.slice(1, -1)
      const changed = moveOptions(inner, given, (at, message) => say(token.start + 1 + at, message))
      result += text.slice(done, token.start + 1) + changed
      done = token.end - 1
      continue
    }
    if (token.kind !== 'word' || !names.has(token.text)) continue
    const isGiven = given.has(token.text)
    const open = (isGiven ? argumentOf(tokens, index) : null) ?? initialOf(tokens, index)
    if (open === null) continue
    const close = closing(tokens, open)
    if (close === null) continue
    const object = readObject(text, tokens, open, close)
    if (!isGiven && !isOptions(object)) continue
    const changed = regroup(object, text, objects, say)
    if (changed === null) continue
    result += text.slice(done, tokens[open].start) + changed
    done = tokens[close].end
  }
  return result + text.slice(done)
}

/** Names of objects that calls get, whole or spread into another one: `createApp({ ...base })`. */
function spreadNames(tokens, names) {
  return tokens.flatMap((token, index) => {
    if (token.kind !== 'word' || !names.has(token.text)) return []
    const whole = next(tokens, next(tokens, index))
    if (tokens[next(tokens, index)]?.text === '(' && tokens[whole]?.kind === 'word') {
      return [tokens[whole].text]
    }
    const open = argumentOf(tokens, index)
    const close = open === null ? null : closing(tokens, open)
    if (close === null) return []
    const { members } = readObject('', tokens, open, close)
    return members.flatMap(({ core }) => /^\.\.\.([\w$]+)$/.exec(core)?.[1] ?? [])
  })
}

/** The object literals that these names are initialised with. */
function objectsOf(text, tokens, names, given) {
  const objects = new Map()
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' || !names.has(token.text)) continue
    const open = initialOf(tokens, index)
    const close = open === null ? null : closing(tokens, open)
    if (close === null) continue
    const object = readObject(text, tokens, open, close)
    if (given.has(token.text) || isOptions(object)) objects.set(token.text, object)
  }
  return objects
}

/** A name may be that of something else in another function: only what could be options of an app. */
function isOptions({ members }) {
  return members.every(
    ({ name }) => name === null || Object.hasOwn(MOVED, name) || KEPT.includes(name),
  )
}

/** Groups that an object has, or will have. */
function groupsOf({ members }) {
  const all = new Set(Object.values(MOVED).map(({ to }) => to.split('.')[0]))
  return new Set(
    members.flatMap(({ name }) => {
      if (name !== null && Object.hasOwn(MOVED, name)) return [MOVED[name].to.split('.')[0]]
      return all.has(name) ? [name] : []
    }),
  )
}

/** Index of the `{` in `const base = {` or `const base: Options = {`, or `null`. */
function initialOf(tokens, index) {
  let before = index - 1
  while (tokens[before] !== undefined && isTrivia(tokens[before])) before -= 1
  if (!['const', 'let', 'var'].includes(tokens[before]?.text)) return null
  let at = next(tokens, index)
  if (tokens[at]?.text === ':') {
    while (tokens[at] !== undefined && !['=', '\n', ';'].includes(tokens[at].text)) at += 1
  }
  if (tokens[at]?.text !== '=') return null
  at = next(tokens, at)
  return tokens[at]?.text === '{' ? at : null
}

/** Index of the `{` of the first argument of a call, or `null`. */
function argumentOf(tokens, index) {
  let at = next(tokens, index)
  if (tokens[at]?.text === '<') {
    let depth = 0
    for (; at < tokens.length; at += 1) {
      if (tokens[at].text === '<') depth += 1
      if (tokens[at].text === '>' && --depth === 0) break
    }
    at = next(tokens, at)
  }
  if (tokens[at]?.text !== '(') return null
  at = next(tokens, at)
  return tokens[at]?.text === '{' ? at : null
}

function next(tokens, index) {
  let at = index + 1
  while (tokens[at] !== undefined && isTrivia(tokens[at])) at += 1
  return at
}

function isTrivia({ kind }) {
  return kind === 'space' || kind === 'comment'
}

/** Index of the bracket that closes the one at `open`. */
function closing(tokens, open) {
  let depth = 0
  for (let at = open; at < tokens.length; at += 1) {
    const { kind, text } = tokens[at]
    if (kind !== 'sign') continue
    if ('([{'.includes(text)) depth += 1
    if (')]}'.includes(text) && --depth === 0) return at
  }
  return null
}

/**
 * The members of an object literal. Of each: `lead`, what stands before it; `core`, itself; `tail`, what
 * stands between it and its comma; `after`, a comment behind the comma on the same line.
 */
function readObject(text, tokens, open, close) {
  const members = []
  let from = open + 1
  let hasComma = false
  while (from < close) {
    let at = from
    let depth = 0
    for (; at < close; at += 1) {
      const { kind, text: word } = tokens[at]
      if (kind !== 'sign') continue
      if ('([{'.includes(word)) depth += 1
      else if (')]}'.includes(word)) depth -= 1
      else if (word === ',' && depth === 0) break
    }
    const part = tokens.slice(from, at)
    const first = part.findIndex((token) => !isTrivia(token))
    if (first === -1) break
    const last = part.findLastIndex((token) => !isTrivia(token))
    const member = {
      lead: join(part.slice(0, first)),
      core: join(part.slice(first, last + 1)),
      tokens: part.slice(first, last + 1),
      tail: join(part.slice(last + 1)),
      after: '',
      position: part[first].start,
    }
    hasComma = at < close
    from = at + 1
    while (
      hasComma &&
      from < close &&
      isTrivia(tokens[from]) &&
      !tokens[from].text.includes('\n')
    ) {
      member.after += tokens[from].text
      from += 1
    }
    if (!member.after.includes('/')) {
      from -= hasComma && member.after !== '' ? 1 : 0
      member.after = ''
    }
    members.push({ ...member, ...nameOf(member.tokens) })
  }
  return {
    members,
    hasComma,
    end: join(tokens.slice(from, close)),
    text: text.slice(tokens[open].start, tokens[close].end),
  }
}

function join(tokens) {
  return tokens.map(({ text }) => text).join('')
}

/** `name` and `value` of a member; no name for what has none that can be read. */
function nameOf(tokens) {
  const [first] = tokens
  const name = first.kind === 'string' ? first.text.slice(1, -1) : first.text
  const colon = next(tokens, 0)
  if (first.kind === 'word' && tokens.length === 1) return { name, value: name, isShorthand: true }
  if ((first.kind === 'word' || first.kind === 'string') && tokens[colon]?.text === ':') {
    const value = tokens.slice(next(tokens, colon))
    return { name, value: join(value), valueTokens: value }
  }
  // `accessLog(event) { … }`, and with `async` or `get` before it.
  const at = ['async', 'get'].includes(name) && tokens[colon]?.kind === 'word' ? colon : 0
  if (tokens[next(tokens, at)]?.text === '(' && tokens[at].kind === 'word') {
    return { name: tokens[at].text, isMethod: true }
  }
  return { name: null }
}

/** The object with its options in groups, or `null` when nothing in it moves. */
function regroup(object, text, objects, say) {
  const groups = new Map()
  let changes = false
  for (const member of object.members) {
    if (member.name === null) {
      const isSpread = member.core.startsWith('...')
      if (isSpread) member.isSpread = true
      continue
    }
    const moved = Object.hasOwn(MOVED, member.name) ? MOVED[member.name] : undefined
    if (moved === undefined) continue
    const [group, name] = moved.to.split('.')
    const there = object.members.find((other) => other.name === group)
    if (there !== undefined && there.valueTokens?.[0].text !== '{') {
      say(member.position, `${member.name} is now ${moved.to}: add it to '${group}' by hand`)
      continue
    }
    changes = true
    member.group = group
    if (!groups.has(group)) groups.set(group, { there, members: [] })
    groups.get(group).members.push({ ...member, core: rename(member, name, moved, say) })
  }
  for (const spread of object.members.filter(({ isSpread }) => isSpread)) {
    const what = /^\.\.\.([\w$]+)$/.exec(spread.core)?.[1]
    const there = what === undefined ? undefined : objects.get(what)
    // What is spread in may replace a whole group now, where it replaced one option before.
    const own = groupsOf(object)
    const meets = there === undefined ? changes : [...groupsOf(there)].some((one) => own.has(one))
    const isFlat = Object.keys(MOVED).some((name) => new RegExp(`\\b${name}\\b`).test(spread.core))
    if (!meets && !isFlat) continue
    const rest = 'move what is in it by hand, and mind that a group in it replaces the whole group'
    say(spread.position, `'${spread.core}' is spread into the options: ${rest}`)
  }
  return changes ? write(object, groups, text) : null
}

/** A member under its new name. */
function rename(member, name, { unit, to }, say) {
  const { core, isShorthand, isMethod } = member
  if (isShorthand) {
    if (unit !== undefined)
      say(member.position, `${to} takes text with a unit now; look at '${core}'`)
    return name === core ? core : `${name}: ${core}`
  }
  if (isMethod) return core.replace(new RegExp(`\\b${member.name}\\b`), name)
  const value = withUnits(member, unit, to, say)
  const start = core.slice(0, core.length - member.value.length)
  return start.replace(/^(['"]?)[\w$]+\1/, name) + value
}

function withUnits({ name, value, valueTokens, position }, unit, to, say) {
  const inner = INNER_UNITS[name]
  if (inner !== undefined && valueTokens[0].text === '{') {
    const { members } = readObject(value, valueTokens, 0, valueTokens.length - 1)
    let changed = value
    for (const member of members) {
      const own = Object.hasOwn(inner, member.name ?? '') ? inner[member.name] : undefined
      if (own === undefined || member.value === undefined) continue
      const now = withUnit(member.value, own)
      if (now === null)
        say(
          member.position,
          `${to}.${member.name} takes text with a unit now; look at '${member.value}'`,
        )
      else
        changed = changed.replace(member.core, () => member.core.replace(member.value, () => now))
    }
    return changed
  }
  if (unit === undefined) return value
  const now = withUnit(value, unit)
  if (now === null) say(position, `${to} takes text with a unit now; look at '${value}'`)
  return now ?? value
}

const SCALES = {
  ms: [
    ['d', 86_400_000],
    ['h', 3_600_000],
    ['m', 60_000],
    ['s', 1000],
    ['ms', 1],
  ],
  s: [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ],
  b: [
    ['gb', 1024 ** 3],
    ['mb', 1024 ** 2],
    ['kb', 1024],
    ['b', 1],
  ],
}

/** `'30s'` for `30_000`, text as it is, `null` for what cannot be told. */
function withUnit(value, unit) {
  if (/^(['"`])[^$]*\1$/.test(value) || value === 'undefined') return value
  if (!/^[\d_]+(?:\s*\*\s*[\d_]+)*$/.test(value)) return null
  const number = value
    .split('*')
    .reduce((all, part) => all * Number(part.replaceAll('_', '').trim()), 1)
  const [word, scale] =
    number === 0 ? [unit, 1] : SCALES[unit].find(([, one]) => number % one === 0)
  return `'${number / scale}${word}'`
}

function write({ members, hasComma, end, text }, groups) {
  const isLong = /^\{[^\S\n]*(?:\/\/[^\n]*)?\n/.test(text)
  const written = new Set()
  const kept = []
  for (const member of members) {
    const { group } = member
    const inGroup = groups.get(member.name)
    if (inGroup !== undefined && inGroup.there === member) {
      kept.push({ ...member, core: intoGroup(member, inGroup.members, isLong) })
      continue
    }
    if (group === undefined) {
      kept.push(member)
      continue
    }
    const { there, members: inside } = groups.get(group)
    if (there !== undefined || written.has(group)) continue
    written.add(group)
    const indent = indentOf(member.lead)
    const space = member.lead.includes('\n') ? `\n${indent}` : (/^\s*/.exec(member.lead)?.[0] ?? '')
    // An empty line before it stays.
    const lead = /\n[^\S\n]*\n/.test(member.lead) ? `\n${space}` : space
    const core = `${group}: ${newGroup(inside, isLong && member.lead.includes('\n'), indent)}`
    kept.push({ lead, core, tail: '', after: '' })
  }
  const body = kept
    .map(({ lead, core, tail, after }, index) => {
      const isLast = index === kept.length - 1
      return `${lead}${core}${tail.trimEnd() === '' && !isLast ? '' : tail}${isLast && !hasComma ? '' : ','}${after}`
    })
    .join('')
  const last = members.at(-1)
  // The space before the bracket was the tail of a member that is gone.
  const gap =
    !hasComma && last !== undefined && kept.at(-1)?.tail === ''
      ? last.tail.replaceAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, '')
      : ''
  return `{${body}${end === '' ? gap : end}}`
}

function indentOf(lead) {
  return /\n([^\S\n]*)[^\n]*$/.exec(lead)?.[1] ?? ''
}

/** Comments of a member, to stand above it. */
function commentsOf({ lead, tail, after }) {
  return `${lead}\n${tail}\n${after}`.match(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g) ?? []
}

function newGroup(members, isLong, indent) {
  const plain = members.every((member) => commentsOf(member).length === 0)
  const line = `{ ${members.map(({ core }) => core).join(', ')} }`
  if (plain && (!isLong || (!line.includes('\n') && line.length < 80))) return line
  const inside = members.map((member) => `${lines(member, `${indent}  `)},\n`).join('')
  return `{\n${inside}${indent}}`
}

function lines(member, indent) {
  const core = member.core.includes('`') ? member.core : member.core.replaceAll('\n', '\n  ')
  return [...commentsOf(member), core].map((text) => `${indent}${text}`).join('\n')
}

/** Adds to a group that is there. */
function intoGroup(member, added, isLong) {
  const { core } = member
  const end = core.lastIndexOf('}')
  const before = core.slice(0, end).trimEnd()
  const comma = /[{,]$/.test(before) ? '' : ','
  if (
    !core.includes('\n') &&
    added.every((one) => commentsOf(one).length === 0 && !one.core.includes('\n'))
  ) {
    return `${before}${comma} ${added.map((one) => one.core).join(', ')} }`
  }
  const indent = isLong ? indentOf(member.lead) : ''
  return `${before}${comma}\n${added.map((one) => lines(one, `${indent}  `)).join(',\n')},\n${indent}}`
}

const PATTERNS = [
  ['space', /\s+/y],
  ['comment', /\/\/[^\n]*|\/\*[\s\S]*?\*\//y],
  ['string', /'(?:[^'\\\n]|\\[\s\S])*'|"(?:[^"\\\n]|\\[\s\S])*"/y],
  ['number', /\d[\w.]*/y],
  ['word', /[\w$#@]+/y],
  ['regex', /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y],
]
/** After these a `/` begins a regular expression. */
const BEFORE_REGEX = /^(?:return|typeof|case|in|of|await|yield|[=(,:[!&|?{};+\-*%<>~^])$/

/** Code in pieces that together are the text. */
function tokensOf(text) {
  const tokens = []
  let at = 0
  let before = '('
  while (at < text.length) {
    const token = tokenAt(text, at, before)
    tokens.push({ ...token, start: at, end: at + token.text.length })
    at += token.text.length
    if (!isTrivia(token)) before = token.text
  }
  return tokens
}

function tokenAt(text, at, before) {
  if (text[at] === '`') return { kind: 'template', text: text.slice(at, templateEnd(text, at)) }
  for (const [kind, pattern] of PATTERNS) {
    if (kind === 'regex' && !BEFORE_REGEX.test(before)) continue
    pattern.lastIndex = at
    const found = pattern.exec(text)?.[0]
    if (found !== undefined) return { kind, text: found }
  }
  return { kind: 'sign', text: text[at] }
}

function templateEnd(text, start) {
  let at = start + 1
  while (at < text.length && text[at] !== '`') {
    if (text[at] === '\\') at += 2
    else if (text.startsWith('${', at)) {
      at = placeholderEnd(text, at + 1)
    } else at += 1
  }
  return Math.min(at + 1, text.length)
}

/** Behind the `}` that closes the `{` at `open`. */
function placeholderEnd(text, open) {
  let depth = 0
  for (let at = open; at < text.length; at += 1) {
    if (text[at] === '`') at = templateEnd(text, at) - 1
    else if (text[at] === '{') depth += 1
    else if (text[at] === '}' && --depth === 0) return at + 1
  }
  return text.length
}

function main(args) {
  const also = []
  const patterns = []
  let isDry = false
  for (let at = 0; at < args.length; at += 1) {
    if (args[at] === '--dry-run') isDry = true
    else if (args[at] === '--also') also.push(args[++at])
    else patterns.push(args[at])
  }
  if (patterns.length === 0) {
    console.error("Usage: node 0.1-to-0.2.mjs [--dry-run] [--also name]… 'src/**/*.ts' …")
    return 2
  }
  const exclude = (path) =>
    /(?:^|\/)(?:node_modules|\.git)(?:\/|$)/.test(typeof path === 'string' ? path : path.name)
  const files = patterns.flatMap((pattern) =>
    /[*?{[]/.test(pattern) ? globSync(pattern, { exclude }) : [pattern],
  )
  for (const file of new Set(files)) {
    const before = readFileSync(file, 'utf8')
    const { text, notes } = migrate(before, { file, also })
    for (const note of notes) console.log(note)
    if (text === before) continue
    if (!isDry) writeFileSync(file, text)
    console.log(`${file}: ${isDry ? 'would be changed' : 'changed'}`)
  }
  return 0
}

if (import.meta.main ?? process.argv[1]?.endsWith('0.1-to-0.2.mjs'))
  process.exitCode = main(process.argv.slice(2))
