/** How the expressions of one operator are written and read (RFC 6570, appendix A). */
export interface TemplateOperator {
  /** What stands before the first value; empty where the expression has no sign of its own. */
  readonly first: string
  readonly separator: string
  /** True for `name=value`. */
  readonly named: boolean
  /** True where an empty value has no `=`. */
  readonly bareEmpty: boolean
  /** True where reserved characters stay as they are. */
  readonly reserved: boolean
}

/** `{a,b}`, with what it needs to be read back. */
export interface TemplateExpression {
  readonly operator: TemplateOperator
  readonly names: readonly string[]
}

/** Text as it is, or an expression. */
export type TemplatePart = string | TemplateExpression

const OPERATORS: ReadonlyMap<string, TemplateOperator> = new Map(
  (
    [
      ['', '', ',', {}],
      ['+', '', ',', { reserved: true }],
      ['#', '#', ',', { reserved: true }],
      ['.', '.', '.', {}],
      ['/', '/', '/', {}],
      [';', ';', ';', { named: true, bareEmpty: true }],
      ['?', '?', '&', { named: true }],
      ['&', '&', '&', { named: true }],
    ] as const
  ).map(([sign, first, separator, rest]) => [
    sign,
    { first, separator, named: false, bareEmpty: false, reserved: false, ...rest },
  ]),
)
const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
/** Characters of a URI, and percent-encoded ones (RFC 3986). */
const LITERAL = /^(?:[!#$&-;=?-Z[\]_a-z~]|%[0-9A-Fa-f]{2})*$/

/** @throws TypeError saying what is wrong and what to write */
export function parseUriTemplate(template: string): readonly TemplatePart[] {
  const parts: TemplatePart[] = []
  const seen = new Set<string>()
  // Pieces at odd places stood between braces.
  for (const [index, piece] of template.split(/\{([^{}]*)\}/).entries()) {
    if (index % 2 === 1) {
      const expression = parseExpression(piece, seen)
      checkBorder(parts.at(-1), expression, piece)
      parts.push(expression)
    } else if (piece !== '') {
      if (/[{}]/.test(piece)) throw new TypeError('a brace has no other one; write {name}')
      if (!LITERAL.test(piece)) {
        throw new TypeError(`'${piece}' has characters that no URI has; percent-encode them`)
      }
      parts.push(piece)
    }
  }
  return Object.freeze(parts)
}

function parseExpression(text: string, seen: Set<string>): TemplateExpression {
  const sign = /^[A-Za-z0-9_%]/.test(text) ? '' : text.slice(0, 1)
  const operator = OPERATORS.get(sign)
  if (operator === undefined || text === '') {
    throw new TypeError(`{${text}} has no known operator; use one of + # . / ; ? & or none`)
  }
  const names = text.slice(sign.length).split(',')
  for (const name of names) {
    if (/[*:]/.test(name)) {
      throw new TypeError(
        `{${text}} is of level 4: '*' and ':length' cannot be read back; write plain names`,
      )
    }
    // It would set the prototype of what is handed out.
    if (!NAME.test(name) || name === '__proto__') {
      throw new TypeError(`'${name}' is no name of a variable; use letters, digits and _`)
    }
    if (seen.has(name)) throw new TypeError(`the variable {${name}} is there twice`)
    seen.add(name)
  }
  return Object.freeze({ operator, names: Object.freeze(names) })
}

/** Where one expression ends and the next begins has to be seen in the URI. */
function checkBorder(
  before: TemplatePart | undefined,
  { operator: { first } }: TemplateExpression,
  text: string,
): void {
  if (before === undefined || typeof before === 'string') return
  const { operator, names } = before
  const write = `put text between {${names.join(',')}} and {${text}}, or make one list of them`
  if (first === '') throw new TypeError(`nothing shows where {${text}} begins; ${write}`)
  // A path ends at ? and # wherever it is written; other signs may be of the value.
  const isEnd = (first === '?' || first === '#') && operator.first === ''
  const isInside = operator.reserved || first === '.' || first === operator.separator
  if (isInside && !isEnd)
    throw new TypeError(`'${first}' does not show where {${text}} begins; ${write}`)
}
