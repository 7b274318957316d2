import { askService } from '../../outbound/ask-service.ts'

/** A padded answer has about 1,000 lines of 40 bytes. */
const MOST_ANSWER = 262_144
/** S-HIBP-3: a count that is no number counts as one hit. */
const LINE = /^([0-9A-Fa-f]{35}):(.{1,20})$/

/** One that answers `GET /range/XXXXX` as Have I Been Pwned does. */
export class RangeService {
  readonly #url: URL
  readonly #timeout: number

  /** @param timeout milliseconds for all of an answer */
  constructor(url: URL, timeout: number) {
    this.#url = url
    this.#timeout = timeout
  }

  /**
   * @returns the suffixes of hashes that are known, in capitals, one a line: text, which is a tenth of what a
   *   set of them would take
   * @throws for anything that is no answer of such a service
   */
  async suffixesOf(prefix: string): Promise<string> {
    const { bytes } = await askService({
      url: new URL(`${this.#url.pathname.replace(/\/$/, '')}/range/${prefix}`, this.#url),
      method: 'GET',
      // The answer is padded, so that its length says nothing about the range.
      headers: { 'user-agent': 'trefoil', 'add-padding': 'true' },
      body: null,
      timeout: this.#timeout,
      mostBytes: MOST_ANSWER,
      reach: 'any',
      agent: null,
    })
    return readRange(new TextDecoder().decode(bytes))
  }
}

/** @throws Error for an answer in which no line is one: that of some page in the way, not of the service */
function readRange(text: string): string {
  const suffixes: string[] = []
  let lines = 0
  for (const line of text.split(/\r?\n/)) {
    const [, suffix, count] = LINE.exec(line.trim()) ?? []
    if (suffix === undefined) continue
    lines++
    // Lines of the count 0 are padding.
    if (Number(count) !== 0) suffixes.push(suffix.toUpperCase())
  }
  if (lines === 0) throw new Error('The answer is no list of hashes')
  return suffixes.join('\n')
}
