const IMF_FIXDATE =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/

/** @returns milliseconds since the epoch, whole seconds; `null` for anything but IMF-fixdate */
export function parseHttpDate(text: string): number | null {
  const trimmed = text.trim()
  if (!IMF_FIXDATE.test(trimmed)) return null
  const ms = Date.parse(trimmed)
  return Number.isNaN(ms) ? null : ms
}

/** Such as `Tue, 14 Nov 2023 22:13:20 GMT`. @param ms milliseconds since the epoch */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString()
}
