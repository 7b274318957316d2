import { pointerStep } from './json-pointer.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c

interface Frame {
  /** `null` for an array. */
  readonly keys: Set<string> | null
  step: number
  key: string
}

/**
 * Where a JSON document says one key twice, as a JSON Pointer to the second. Only for refused
 * documents, to tell their author. Not recursive: the member that the parser dropped may be nested
 * a hundred thousand levels deep, and such a document gets no pointer.
 *
 * @param text valid JSON
 * @returns empty when there is none, or none within `maxDepth` levels
 */
export function findDuplicateKey(text: string, maxDepth: number): string {
  const frames: Frame[] = []
  let frame: Frame | undefined
  let last = ''
  for (let index = 0; index < text.length; index++) {
    switch (text[index]) {
      case '"': {
        const end = endOfString(text, index)
        last = text.slice(index, end + 1)
        index = end
        break
      }
      case ':': {
        if (frame === undefined || frame.keys === null) break
        // The text was parsed before, so this string is one.
        frame.key = JSON.parse(last) as string
        if (frame.keys.has(frame.key)) return pointerOf(frames)
        frame.keys.add(frame.key)
        break
      }
      case ',':
        if (frame !== undefined) frame.step++
        break
      case '{':
      case '[':
        if (frames.length === maxDepth) return ''
        frame = { keys: text[index] === '{' ? new Set() : null, step: 0, key: '' }
        frames.push(frame)
        break
      case '}':
      case ']':
        frames.pop()
        frame = frames.at(-1)
    }
  }
  return ''
}

function endOfString(text: string, start: number): number {
  let index = start + 1
  while (text.charCodeAt(index) !== QUOTE) index += text.charCodeAt(index) === BACKSLASH ? 2 : 1
  return index
}

function pointerOf(frames: readonly Frame[]): string {
  const steps = frames.map(({ keys, key, step }) => pointerStep(keys === null ? `${step}` : key))
  // A dropped member was never looked at: its name may hold half a character, which nobody reads.
  return steps.join('').toWellFormed()
}
