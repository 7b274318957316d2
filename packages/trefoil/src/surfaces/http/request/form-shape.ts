import type { Action } from '../../../contract/call/action.ts'
import {
  type ArgumentIssue,
  multipleFiles,
  unknownFormPart,
  wrongFormPart,
} from '../../../contract/params/param-issue.ts'

/** What is declared of one name of a form. */
interface DeclaredPart {
  readonly isFile: boolean
  /** True when it may come several times. Of text the last one counts (BIND-14). */
  readonly many: boolean
}

/** What the parts of a form may be, by their names. */
export class FormShape {
  readonly #parts: ReadonlyMap<string, DeclaredPart>

  constructor(parts: ReadonlyMap<string, DeclaredPart>) {
    this.#parts = parts
  }

  /** @returns what is wrong with a part of which only the head is known; `null` for nothing */
  judge(name: string, isFile: boolean): ArgumentIssue | null {
    const declared = this.#parts.get(name)
    if (declared === undefined) return unknownFormPart(name, isFile)
    return declared.isFile === isFile ? null : wrongFormPart(name, declared.isFile)
  }

  /** @returns what is wrong with one more file of this name */
  judgeAnother(name: string): ArgumentIssue | null {
    return this.#parts.get(name)?.many === false ? multipleFiles(name) : null
  }
}

const shapes = new WeakMap<Action, FormShape | null>()

/** `null` where no part is declared: then the handler reads the form itself, whatever is in it. */
export function formShapeOf(action: Action): FormShape | null {
  const known = shapes.get(action)
  if (known !== undefined) return known
  const parts = new Map<string, DeclaredPart>()
  for (const { source, wire } of action.params) {
    const isField = source === 'field' && action.forms
    if (source === 'form' || isField) parts.set(wire, { isFile: false, many: true })
    if (source === 'file') parts.set(wire, { isFile: true, many: false })
    if (source === 'files') parts.set(wire, { isFile: true, many: true })
  }
  const shape = parts.size === 0 ? null : new FormShape(parts)
  shapes.set(action, shape)
  return shape
}
