import type { JsonSchema } from '../../../contract/params/schema.ts'
import { boundAt } from './read-keyword.ts'
import type { Reader, Rules } from './reader.ts'

/**
 * What is said about a number: `minimum` and `maximum`, because Gemini knows no exclusive bounds; to an
 * integer they are the next integer. Multiples of fractions are said in words: 19.99 is no multiple of
 * 0.01 to a validator that divides.
 */
export function numberRules(schema: JsonSchema, isInteger: boolean, { side }: Reader): Rules {
  const hints: string[] = []
  const inclusive = (bound: number | null, step: 1 | -1, words: string): number | null => {
    if (bound === null) return null
    if (isInteger) return step > 0 ? Math.floor(bound) + 1 : Math.ceil(bound) - 1
    if (side === 'input') hints.push(`${words} ${bound}.`)
    return bound
  }
  const minimum = outermost(Math.max, [
    boundAt(schema, 'minimum'),
    inclusive(boundAt(schema, 'exclusiveMinimum'), 1, 'More than'),
  ])
  const maximum = outermost(Math.min, [
    boundAt(schema, 'maximum'),
    inclusive(boundAt(schema, 'exclusiveMaximum'), -1, 'Less than'),
  ])
  const step = boundAt(schema, 'multipleOf')
  const isStep = side === 'input' && step !== null && step > 0
  const isWhole = isStep && Number.isInteger(step)
  if (isStep && !isWhole) hints.push(`A multiple of ${step}.`)
  const keywords = {
    ...(minimum === null ? {} : { minimum }),
    ...(maximum === null ? {} : { maximum }),
    ...(isWhole ? { multipleOf: step } : {}),
  }
  return { keywords, hints }
}

function outermost(
  choose: (...bounds: number[]) => number,
  bounds: readonly (number | null)[],
): number | null {
  const given = bounds.filter((bound) => bound !== null)
  return given.length === 0 ? null : choose(...given)
}
