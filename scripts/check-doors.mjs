// Walks what the doors of the package declare: every type that stands in a public signature can be
// imported from some door, under one name at one door (decisions/0025). Part of `npm run check`;
// the package has to be built.
//
// node scripts/check-doors.mjs [folder of a package]
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, relative, resolve } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

// Version 7 of the compiler has no programming interface.
const ts = createRequire(import.meta.url)('typescript-5.9')

const PACKAGE = fileURLToPath(new URL('../packages/trefoil', import.meta.url))

/** Types that stand in public signatures and are exported nowhere, each with the reason. */
export const UNEXPORTED = {
  Described: 'gives each of the security schemes its `description`, where it is shown',
  OnSurfaces: 'the little of a handle that its client asks for, made for every handle there is',
  NoOptions: 'the options of a file parameter that has none',
  StreamValue: 'the name of an iterable of text and bytes inside',
}

/** The compiler's view of a package's doors. */
function openDoors(folder) {
  const doors = doorsOf(folder)
  const program = ts.createProgram([...doors.values()], {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2024.d.ts', 'lib.esnext.disposable.d.ts'],
    types: [],
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  })
  const checker = program.getTypeChecker()
  const exports = []
  for (const [door, file] of doors) {
    const source = program.getSourceFile(file)
    const module = source && checker.getSymbolAtLocation(source)
    if (!module) throw new Error(`${door}: ${file} is missing or exports nothing; build first`)
    for (const symbol of checker.getExportsOfModule(module)) {
      const target = behind(checker, symbol)
      const onlyType = symbol.declarations?.every(isTypeOnly) ?? false
      exports.push({ door, name: symbol.name, target, onlyType })
    }
  }
  return { checker, exports }
}

/**
 * @param {string} folder of a package whose `exports` name declarations
 * @returns {{ door: string, name: string, kind: 'class' | 'function' | 'value' | 'type' }[]} what can be
 * imported, by door and name
 */
export function exportsOf(folder) {
  return openDoors(folder)
    .exports.map(({ door, name, target, onlyType }) => ({
      door,
      name,
      kind: kindOf(target, onlyType),
    }))
    .sort((a, b) => (a.door === b.door ? (a.name < b.name ? -1 : 1) : a.door < b.door ? -1 : 1))
}

function kindOf({ flags }, onlyType) {
  if (onlyType || !(flags & ts.SymbolFlags.Value)) return 'type'
  if (flags & ts.SymbolFlags.Class) return 'class'
  return flags & ts.SymbolFlags.Function ? 'function' : 'value'
}

function behind(checker, symbol) {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}

/**
 * @param {string} folder of a package whose `exports` name declarations
 * @param {Record<string, string>} allowed
 * @returns {string[]} what is wrong, one sentence each
 */
export function checkDoors(folder, allowed) {
  const { checker, exports } = openDoors(folder)
  const wrong = []
  /** Exported declarations with the doors they are at. */
  const exported = new Map()
  /** Classes that can be named and not made: nobody meets what their constructors take. */
  const onlyTypes = new Set()
  const doorOf = new Map()
  for (const { door, name, target, onlyType } of exports) {
    // By name as well: two things of one name would be taken for one another.
    const before = exported.get(target)?.door ?? doorOf.get(name)
    if (before !== undefined) {
      wrong.push(`${name} is exported by '${before}' and by '${door}': keep one`)
      continue
    }
    doorOf.set(name, door)
    if (!isDescribed(target)) wrong.push(`${name} ('${door}') has no comment that says what it is`)
    exported.set(target, { door, name })
    if (onlyType) onlyTypes.add(target)
  }

  const found = new Set()
  const walked = new Set()
  for (const [symbol, { door, name }] of exported) walk(symbol, `${name} ('${door}')`)
  for (const name of Object.keys(allowed)) {
    if (!found.has(name)) wrong.push(`${name} need not be on the list of unexported types any more`)
  }
  return wrong

  /** @param {string} by the nearest exported thing whose signature led here */
  function walk(symbol, by) {
    if (walked.has(symbol)) return
    walked.add(symbol)
    for (const declaration of symbol.declarations ?? []) visit(declaration, by)
  }

  function visit(node, by) {
    if (isHidden(node)) return
    if (ts.isConstructorDeclaration(node)) {
      if (onlyTypes.has(checker.getSymbolAtLocation(node.parent.name))) return
    }
    // What a class keeps to is said by its own members.
    if (ts.isHeritageClause(node) && node.token === ts.SyntaxKind.ImplementsKeyword) return
    const name = nameIn(node)
    if (name !== null) meet(name, by)
    ts.forEachChild(node, (child) => visit(child, by))
  }

  function meet(name, by) {
    const at = checker.getSymbolAtLocation(name)
    const symbol = at && behind(checker, at)
    if (!symbol || !isOurs(symbol)) return
    if (!exported.has(symbol)) {
      if (Object.hasOwn(allowed, symbol.name)) found.add(symbol.name)
      else if (!walked.has(symbol) && !isArithmetic(symbol)) {
        const [declaration] = symbol.declarations
        const file = relative(folder, declaration.getSourceFile().fileName)
        wrong.push(`${symbol.name} (${file}) stands in the signature of ${by} and is at no door`)
      }
    }
    walk(symbol, exported.has(symbol) ? symbol.name : by)
  }

  /** Declared in this package, at the top of a module: a type parameter is nobody's to import. */
  function isOurs(symbol) {
    const [declaration] = symbol.declarations ?? []
    if (declaration === undefined) return false
    const { fileName } = declaration.getSourceFile()
    if (!fileName.startsWith(`${folder}/`) || fileName.includes('/node_modules/')) return false
    const top = ts.isVariableDeclaration(declaration)
      ? declaration.parent.parent.parent
      : declaration.parent
    return ts.isSourceFile(top)
  }
}

/** A constant made of others has its comment on the statement; a namespace is its module's. */
function isDescribed({ declarations = [] }) {
  return declarations.some(
    (declaration) =>
      ts.isSourceFile(declaration) || ts.getJSDocCommentsAndTags(declaration).length > 0,
  )
}

/** Exported by `export type`. */
function isTypeOnly(declaration) {
  if (!ts.isExportSpecifier(declaration)) return false
  return declaration.isTypeOnly || declaration.parent.parent.isTypeOnly
}

/**
 * An alias that works a type out of others, by conditions, member by member or under a name that its own
 * module keeps, and a constant that a union is read off: editors show what comes out, and there is
 * nothing to name.
 */
function isArithmetic({ declarations: [declaration] }) {
  if (ts.isVariableDeclaration(declaration)) return true
  if (!ts.isTypeAliasDeclaration(declaration)) return false
  if (declaration.typeParameters === undefined) return false
  return !isExported(declaration) || isWorkedOut(declaration.type)
}

function isExported(declaration) {
  return (ts.getCombinedModifierFlags(declaration) & ts.ModifierFlags.Export) !== 0
}

function isWorkedOut(node) {
  if (ts.isParenthesizedTypeNode(node)) return isWorkedOut(node.type)
  if (ts.isIndexedAccessTypeNode(node)) return isWorkedOut(node.objectType)
  if (ts.isIntersectionTypeNode(node) || ts.isUnionTypeNode(node))
    return node.types.some(isWorkedOut)
  return ts.isConditionalTypeNode(node) || ts.isMappedTypeNode(node)
}

/** Private members, and those under names that are kept from users. */
function isHidden(node) {
  if (!ts.isClassElement(node) && !ts.isTypeElement(node)) return false
  const { name } = node
  if (name === undefined) return false
  if (ts.isPrivateIdentifier(name)) return true
  if (ts.isStringLiteral(name) && name.text.startsWith('~')) return true
  const flags = ts.getCombinedModifierFlags(node)
  return (flags & ts.ModifierFlags.Private) !== 0
}

/** The name of a type that a node refers to; `null` for other nodes. */
function nameIn(node) {
  if (ts.isTypeReferenceNode(node)) return lastName(node.typeName)
  if (ts.isTypeQueryNode(node)) return lastName(node.exprName)
  if (ts.isExpressionWithTypeArguments(node)) return node.expression
  if (ts.isImportTypeNode(node) && node.qualifier) return lastName(node.qualifier)
  return null
}

function lastName(name) {
  return ts.isQualifiedName(name) ? name.right : name
}

/** Doors by name with their declarations, as `exports` of the package says. */
function doorsOf(folder) {
  const { name, exports } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const doors = new Map()
  for (const [path, target] of Object.entries(exports)) {
    if (target.types === undefined) continue
    doors.set(path === '.' ? name : `${name}/${path.slice(2)}`, join(folder, target.types))
  }
  return doors
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [folder] = process.argv.slice(2)
  const wrong =
    folder === undefined ? checkDoors(PACKAGE, UNEXPORTED) : checkDoors(resolve(folder), {})
  for (const sentence of wrong) console.error(sentence)
  if (wrong.length > 0) process.exit(1)
}
