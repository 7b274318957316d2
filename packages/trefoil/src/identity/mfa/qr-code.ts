import { lazily } from '../../base/lazily.ts'

const library = lazily(() => import('uqr'))
/** Modules around it, without which readers do not find it. */
const BORDER = 4

/**
 * A QR code as SVG without style and script, so that it stands in a page under any policy. Modules in a row are one
 * stroke: a third of what one for each would be.
 */
export async function qrCode(text: string): Promise<string> {
  const { encode } = await library()
  const { data, size } = encode(text, { border: BORDER, ecc: 'M' })
  const strokes = data.flatMap((row, y) =>
    runsOf(row).map(([x, width]) => `M${x} ${y}h${width}v1h-${width}z`),
  )
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}h-${size}z"/><path fill="#000" d="${strokes.join('')}"/></svg>`
}

/** Where dark modules begin, and how many there are in a row. */
function runsOf(row: readonly boolean[]): readonly (readonly [from: number, width: number])[] {
  const runs: (readonly [number, number])[] = []
  for (let x = 0; x < row.length; x++) {
    const from = x
    while (row[x] === true) x++
    if (x > from) runs.push([from, x - from])
  }
  return runs
}
