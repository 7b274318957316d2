import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import ts from 'typescript-5.9'

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '../../packages/trefoil')

/** A place where a developer hands over an object of named members. */
export interface OptionsPlace {
  /** `guard`, `CookieSigner.seal`, `TestCli.call`, `CreateAppOptions.cors`. */
  readonly at: string
  /** Name of the interface. */
  readonly type: string
  /** Names of its members. */
  readonly names: readonly string[]
  /** Members that are a duration (`ms`) or a size (`b`), by the smallest unit there is. */
  readonly units: Readonly<Record<string, 'ms' | 'b'>>
}

/**
 * Every parameter, and every member of one, that is an object declared by the framework: of what the
 * doors export, and of the methods of whatever that gives back. Read from the declarations that are
 * shipped, so that a new function cannot be forgotten (FND-13).
 *
 * @param handles names of types that are no options: what the framework made and takes back
 */
export function optionsAtDoors(handles: ReadonlySet<string>): readonly OptionsPlace[] {
  const manifest = JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8'))
  const entries = Object.values<{ types?: string } | string>(manifest.exports)
  const doors = entries.flatMap((entry) =>
    typeof entry === 'string' || entry.types === undefined ? [] : [join(PACKAGE, entry.types)],
  )
  const program = ts.createProgram(doors, {
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2023,
    lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    skipLibCheck: true,
    strict: true,
  })
  return new Walk(program.getTypeChecker(), handles).doors(
    doors.map((door) => program.getSourceFile(door)),
  )
}

class Walk {
  readonly #checker: ts.TypeChecker
  readonly #handles: ReadonlySet<string>
  readonly #found = new Map<string, OptionsPlace>()
  readonly #held = new Set<ts.Symbol>()
  readonly #given = new Set<ts.Symbol>()

  constructor(checker: ts.TypeChecker, handles: ReadonlySet<string>) {
    this.#checker = checker
    this.#handles = handles
  }

  doors(files: readonly (ts.SourceFile | undefined)[]): readonly OptionsPlace[] {
    for (const file of files) {
      const module = file && this.#checker.getSymbolAtLocation(file)
      if (module === undefined) throw new Error('A door has no declarations: build first')
      for (const exported of this.#checker.getExportsOfModule(module)) {
        const symbol =
          exported.flags & ts.SymbolFlags.Alias
            ? this.#checker.getAliasedSymbol(exported)
            : exported
        if (symbol.flags & ts.SymbolFlags.Value) {
          this.#signatures(exported.name, this.#checker.getTypeOfSymbol(symbol))
        }
        const declared = this.#checker.getDeclaredTypeOfSymbol(symbol)
        if (this.#handles.has(symbol.name)) this.#methods(declared)
      }
    }
    return [...this.#found.values()].sort((left, right) => (left.at < right.at ? -1 : 1))
  }

  #signatures(owner: string, type: ts.Type): void {
    const signatures = [...type.getCallSignatures(), ...type.getConstructSignatures()]
    for (const signature of signatures) {
      for (const parameter of signature.parameters) {
        this.#taken(owner, this.#checker.getTypeOfSymbol(parameter))
      }
      for (const given of this.#own(signature.getReturnType())) this.#methods(given)
    }
  }

  /** What is handed over, and what is handed over within it. */
  #taken(at: string, type: ts.Type): void {
    for (const taken of this.#own(type)) {
      const { name } = taken.symbol
      if (taken.getCallSignatures().length > 0) this.#signatures(at, taken)
      else if (this.#handles.has(name)) this.#methods(taken)
      else this.#options(at, taken)
    }
  }

  #options(at: string, taken: ts.Type): void {
    const { name } = taken.symbol
    const members = taken.getProperties()
    const names = members.map((member) => member.name)
    const units: Record<string, 'ms' | 'b'> = {}
    for (const member of members) {
      const unit = unitOf(this.#checker.getTypeOfSymbol(member))
      if (unit !== null) units[member.name] = unit
    }
    this.#found.set(`${at} ${name}`, { at, type: name, names, units })
    if (this.#given.has(taken.symbol)) return
    this.#given.add(taken.symbol)
    for (const member of taken.getProperties()) {
      this.#taken(`${name}.${member.name}`, this.#checker.getTypeOfSymbol(member))
    }
  }

  #methods(type: ts.Type): void {
    // An alias of a union, or of something that has no name.
    if (type.symbol === undefined) {
      for (const one of this.#own(type)) this.#methods(one)
      return
    }
    if (this.#held.has(type.symbol)) return
    this.#held.add(type.symbol)
    for (const member of type.getProperties()) {
      if (member.name.startsWith('~') || member.name.startsWith('__')) continue
      const of = this.#checker.getTypeOfSymbol(member)
      this.#signatures(`${type.symbol.name}.${member.name}`, of)
      if (of.getCallSignatures().length === 0) for (const one of this.#own(of)) this.#methods(one)
    }
  }

  /** Interfaces and classes of the framework within a type: its parts, items and values. */
  #own(type: ts.Type, depth = 0): readonly ts.Type[] {
    if (depth > 4) return []
    const deeper = (inner: readonly ts.Type[]) => inner.flatMap((one) => this.#own(one, depth + 1))
    if (type.isUnionOrIntersection()) return deeper(type.types)
    if (type.flags & ts.TypeFlags.TypeParameter) {
      const bound = this.#checker.getBaseConstraintOfType(type)
      return bound === undefined || bound === type ? [] : deeper([bound])
    }
    if (!(type.flags & ts.TypeFlags.Object)) return []
    const file = type.symbol?.declarations?.[0]?.getSourceFile().fileName ?? ''
    const isNamed = (type.symbol?.flags ?? 0) & (ts.SymbolFlags.Interface | ts.SymbolFlags.Class)
    if (isNamed && file.startsWith(PACKAGE)) return [type]
    const values = type.getStringIndexType()
    const args = this.#checker.getTypeArguments(type as ts.TypeReference)
    return deeper([...(type.aliasTypeArguments ?? []), ...args, ...(values ? [values] : [])])
  }
}

/** By the template types `${number}ms` and `${number}b`, of which one is in each. */
function unitOf(type: ts.Type): 'ms' | 'b' | null {
  const parts = type.isUnion() ? type.types : [type]
  for (const part of parts) {
    if (!(part.flags & ts.TypeFlags.TemplateLiteral)) continue
    const unit = (part as ts.TemplateLiteralType).texts.at(-1)
    if (unit === 'ms' || unit === 'b') return unit
  }
  return null
}
