import ts from 'typescript-5.9'
import type { Sources } from './read-sources.ts'

/** Rooms where secrets are compared. */
const ROOMS = /^(?:identity|policy|features|engine|contract\/auth)\//
/** The one place that knows how. */
const HOME = 'base/constant-time.ts'

/** A value of such a name is a secret, or gives one away if it is found out bit by bit. */
const SECRET =
  /^(?:.*(?:mac|digest|signature|secret|token|password|nonce|checksum|thumbprint)|sha(?:256|384|512)|hash|apikey|jkt|ath)(?:s|of)?$/i

const COMPARISONS: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.EqualsEqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsEqualsToken,
  ts.SyntaxKind.EqualsEqualsToken,
  ts.SyntaxKind.ExclamationEqualsToken,
])

/** What is compared and is no secret, or cannot be found out, and why. */
export const ALLOWED: Readonly<Record<string, string>> = {
  'engine/asking/asking.ts: given.digest === digest': 'of a question that its caller is shown',
  'engine/asking/asking.ts: before === digest': 'of the same questions',
  'identity/api-key/key-text.ts: checksum(text.slice(0, -SUM_LENGTH)) === text.slice(-SUM_LENGTH)':
    'of what the caller sent, by what everybody can reckon',
  "identity/jwt/keys/verify-signature.ts: bytes.toString('base64url') !== token.signature":
    'the spelling of what the caller sent',
  'identity/jwt/token-cache.ts: token === this.#newest':
    'by words of eight characters: 48 bits at once would have to be guessed',
  'features/accounts/sessions/token-text.ts: checksum(body) === text.slice(-SUM_LENGTH)':
    'of the form alone: whoever has the text can calculate it',
  'features/database/migrations.ts: checksumOf(textOf(step, dialect)) !== checksum':
    'of files of the repository',
  'identity/jwt/dpop-proofs.ts: thumbprintOf(key.key) !== jkt': 'of public keys',
  'identity/jwt/dpop-proofs.ts: ath !== sha256(token)': 'of a token that the same caller sent',
  'identity/jwt/possession.ts: thumbprintOfCertificate(client) !== certificate': 'of public keys',
}

/**
 * Comparisons of secrets that tell, by the time they take, where the secrets differ.
 *
 * @returns `file: text` of each that is not allowed
 */
export function secretComparisons(sources: Sources): readonly string[] {
  const found: string[] = []
  for (const [file, text] of sources) {
    if (!file.endsWith('.ts')) continue
    if (!ROOMS.test(file) && !text.includes('timingSafeEqual')) continue
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true)
    const report = (node: ts.Node) => {
      const entry = `${file}: ${node.getText(source).replaceAll(/\s+/g, ' ')}`
      if (!Object.hasOwn(ALLOWED, entry)) found.push(entry)
    }
    const visit = (node: ts.Node): void => {
      // Whoever brings it in means to compare with it.
      if (ts.isIdentifier(node) && node.text === 'timingSafeEqual' && file !== HOME) report(node)
      if (ROOMS.test(file) && comparesSecrets(node)) report(node)
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return found
}

function comparesSecrets(node: ts.Node): boolean {
  if (ts.isBinaryExpression(node) && COMPARISONS.has(node.operatorToken.kind)) {
    const sides = [node.left, node.right]
    return !sides.some(isPlain) && sides.some(isSecret)
  }
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return false
  const { name, expression } = node.expression
  if (!/^(?:equals|compare|localeCompare)$/.test(name.text)) return false
  return [expression, ...node.arguments].some(isSecret)
}

/** A literal, and what `typeof` answers: nobody's secret. */
function isPlain(side: ts.Expression): boolean {
  return (
    ts.isLiteralExpression(side) ||
    ts.isTypeOfExpression(side) ||
    side.kind === ts.SyntaxKind.NullKeyword ||
    side.kind === ts.SyntaxKind.TrueKeyword ||
    side.kind === ts.SyntaxKind.FalseKeyword ||
    (ts.isIdentifier(side) && side.text === 'undefined')
  )
}

function isSecret(side: ts.Expression): boolean {
  if (ts.isCallExpression(side)) {
    const { expression } = side
    const isText =
      ts.isPropertyAccessExpression(expression) && /^(?:toString|slice)$/.test(expression.name.text)
    return isSecret(expression) || (isText && isSecret(expression.expression))
  }
  if (ts.isIdentifier(side)) return SECRET.test(side.text)
  if (ts.isPropertyAccessExpression(side)) return SECRET.test(side.name.text.replace('#', ''))
  if (ts.isParenthesizedExpression(side) || ts.isNonNullExpression(side))
    return isSecret(side.expression)
  return ts.isAsExpression(side) && isSecret(side.expression)
}
