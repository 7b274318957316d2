import type { Places } from './page-failure.ts'
import type { PageTextName } from './texts/en.ts'

/** The texts of one language. */
export interface Words {
  /** BCP 47, for `lang`. */
  readonly language: string
  say(name: PageTextName, places?: Places): string
  /** A moment, as people write it; UTC, because nobody says where somebody is. */
  when(at: number): string
  /** How long, in words. */
  span(seconds: number): string
}
