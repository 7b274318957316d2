import ts from 'typescript-5.9'

/** One `import`, `export … from`, `import()` or `import('…').Type`. */
export interface Reference {
  /** `null` when it is not a literal, so that nobody can say where it leads. */
  readonly specifier: string | null
  readonly line: number
  /** True when nothing of it is left at run time. */
  readonly typeOnly: boolean
}

/** What the rules need to know about one file. */
export interface ParsedModule {
  readonly references: readonly Reference[]
  /** Lines of top-level statements that are not `export … from`. */
  readonly ownStatements: readonly number[]
  /** Lines of `export default`. */
  readonly defaultExports: readonly number[]
  /** Uses of the machine's time and randomness, as written, by line. */
  readonly ambient: readonly { readonly text: string; readonly line: number }[]
}

const AMBIENT: ReadonlySet<string> = new Set([
  'Date.now',
  'Math.random',
  'performance.now',
  'process.hrtime',
  'crypto.randomUUID',
  'crypto.getRandomValues',
])

/** Reads a file with TypeScript's own parser, so that comments and strings do not count. */
export function parseModule(file: string, text: string): ParsedModule {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS)
  const references: Reference[] = []
  const defaultExports: number[] = []
  const ambient: { text: string; line: number }[] = []
  const lineOf = (node: ts.Node) =>
    source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
  const refer = (node: ts.Node, specifier: ts.Node | undefined, typeOnly: boolean) => {
    const literal = specifier !== undefined && ts.isStringLiteralLike(specifier)
    references.push({ specifier: literal ? specifier.text : null, line: lineOf(node), typeOnly })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      refer(node, node.moduleSpecifier, isTypeOnlyImport(node.importClause))
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
      refer(node, node.moduleSpecifier, isTypeOnlyExport(node))
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      refer(node, node.arguments[0], false)
    } else if (ts.isImportTypeNode(node)) {
      refer(node, ts.isLiteralTypeNode(node.argument) ? node.argument.literal : undefined, true)
    }
    if (ts.isExportAssignment(node) || isDefault(node)) defaultExports.push(lineOf(node))
    const used = ambientUse(node)
    if (used !== null) ambient.push({ text: used, line: lineOf(node) })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return {
    references,
    ownStatements: source.statements
      .filter((node) => !ts.isExportDeclaration(node) || node.moduleSpecifier === undefined)
      .map(lineOf),
    defaultExports,
    ambient,
  }
}

function isTypeOnlyImport(clause: ts.ImportClause | undefined): boolean {
  if (clause === undefined) return false
  if (clause.isTypeOnly) return true
  const { name, namedBindings } = clause
  return (
    name === undefined &&
    namedBindings !== undefined &&
    ts.isNamedImports(namedBindings) &&
    namedBindings.elements.length > 0 &&
    namedBindings.elements.every((element) => element.isTypeOnly)
  )
}

function isTypeOnlyExport({ isTypeOnly, exportClause }: ts.ExportDeclaration): boolean {
  if (isTypeOnly) return true
  return (
    exportClause !== undefined &&
    ts.isNamedExports(exportClause) &&
    exportClause.elements.length > 0 &&
    exportClause.elements.every((element) => element.isTypeOnly)
  )
}

function isDefault(node: ts.Node): boolean {
  return (
    ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)
  )
}

function ambientUse(node: ts.Node): string | null {
  if (ts.isPropertyAccessExpression(node)) {
    const owner = ts.isPropertyAccessExpression(node.expression)
      ? node.expression.name
      : node.expression
    const text = ts.isIdentifier(owner) ? `${owner.text}.${node.name.text}` : ''
    return AMBIENT.has(text) ? text : null
  }
  const isDate =
    (ts.isNewExpression(node) || ts.isCallExpression(node)) &&
    ts.isIdentifier(node.expression) &&
    node.expression.text === 'Date' &&
    (node.arguments ?? []).length === 0
  return isDate ? 'Date()' : null
}
