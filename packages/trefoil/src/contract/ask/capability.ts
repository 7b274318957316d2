/**
 * What the program of a caller can be asked: to show a form (`form`), to have a page opened (`url`), and of MCP, where both
 * are deprecated, to ask its model (`sampling`) and to name its folders (`roots`).
 */
export type AskCapability = 'form' | 'url' | 'sampling' | 'roots'

/** What is shown to a person by the program that they use. */
export const OF_PEOPLE: readonly AskCapability[] = ['form', 'url']
