const WEIGHT = /^q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/i

/**
 * Chooses a content coding by the weights of `Accept-Encoding` (RFC 9110 §12.5.3). Among equal
 * weights the order of `offered` decides. No header means no coding.
 *
 * @returns `null` to send the body as it is
 */
export function chooseEncoding<Encoding extends string>(
  header: string | undefined,
  offered: readonly Encoding[],
): Encoding | null {
  if (header === undefined) return null
  const weights = new Map<string, number>()
  for (const part of header.split(',')) {
    const [coding = '', ...parameters] = part.split(';')
    const name = coding.trim().toLowerCase()
    if (name !== '') weights.set(name === 'x-gzip' ? 'gzip' : name, weightOf(parameters))
  }
  const rest = weights.get('*') ?? 0
  let best: Encoding | null = null
  let bestWeight = 0
  for (const encoding of offered) {
    const weight = weights.get(encoding) ?? rest
    if (weight > bestWeight) {
      best = encoding
      bestWeight = weight
    }
  }
  // A client that would rather have the body as it is says so by a weight for `identity`.
  return (weights.get('identity') ?? 0) > bestWeight ? null : best
}

/** Malformed weights count as a refusal: sending what was not asked for is the worse mistake. */
function weightOf(parameters: readonly string[]): number {
  for (const parameter of parameters) {
    const text = parameter.trim()
    if (!/^q\s*=/i.test(text)) continue
    const match = WEIGHT.exec(text)
    return match === null ? 0 : Number(match[1])
  }
  return 1
}
