import { lazily } from '../../base/lazily.ts'

const library = lazily(() => import('uqr'))
/** Modules around it, without which readers do not find it. */
const BORDER = 4

/** A QR code as SVG without style and script, so that it stands in a page under any policy. */
export async function qrCode(text: string): Promise<string> {
  const { renderSVG } = await library()
  return renderSVG(text, { border: BORDER, ecc: 'M', pixelSize: 1 })
}
