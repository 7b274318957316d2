/** Texts by key, such as `{ 'notes.title': 'Notes' }`. `{name}` in one stands for a value. */
export type Texts = Readonly<Record<string, string>>

/** Texts by language, such as `{ en: { … }, de: { … } }`. */
export type TextsByLanguage = Readonly<Record<string, Texts>>

/** What stands in the place of `{name}`. */
export type TextValues = Readonly<Record<string, string | number>>
