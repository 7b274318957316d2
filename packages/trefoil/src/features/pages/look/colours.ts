/** Red, green and blue, 0 to 255. */
type Colour = readonly [number, number, number]

const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6})$/i

/** @returns `null` for what is no `#rgb` and no `#rrggbb` */
export function readColour(text: string): Colour | null {
  if (!HEX.test(text)) return null
  const digits =
    text.length === 4 ? [...text.slice(1)].flatMap((digit) => [digit, digit]) : [...text.slice(1)]
  const at = (index: number) => Number.parseInt(`${digits[index]}${digits[index + 1]}`, 16)
  return [at(0), at(2), at(4)]
}

export function writeColour(colour: Colour): string {
  return `#${colour.map((part) => Math.round(part).toString(16).padStart(2, '0')).join('')}`
}

/** Contrast of two colours, 1 to 21 (WCAG 2.2). */
export function contrast(one: Colour, other: Colour): number {
  const [light, dark] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number]
  return (light + 0.05) / (dark + 0.05)
}

/** As much of the other colour mixed in as it takes to be read on a paper, and no more. */
export function readableOn(paper: Colour, colour: Colour, towards: Colour, least: number): Colour {
  for (let share = 0; share <= 1; share += 0.02) {
    const mixed = colour.map((part, index) => part + ((towards[index] ?? 0) - part) * share)
    const whole = mixed.map(Math.round) as unknown as Colour
    if (contrast(whole, paper) >= least) return whole
  }
  return towards
}

function luminance(colour: Colour): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  }) as [number, number, number]
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}
