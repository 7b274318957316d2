const SHORT_DAY = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)'
const LONG_DAY = '(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day'
const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec'
const MONTH = `(?<month>${MONTHS})`
const TIME = '(?<hour>[01]\\d|2[0-3]):(?<minute>[0-5]\\d):(?<second>[0-5]\\d|60)'

/** The three formats that a recipient must understand (RFC 9110 §5.6.7); case counts. */
const FORMATS: readonly RegExp[] = [
  // Sun, 06 Nov 1994 08:49:37 GMT
  new RegExp(`^${SHORT_DAY}, (?<day>\\d{2}) ${MONTH} (?<year>\\d{4}) ${TIME} GMT$`),
  // Sunday, 06-Nov-94 08:49:37 GMT
  new RegExp(`^${LONG_DAY}, (?<day>\\d{2})-${MONTH}-(?<year>\\d{2}) ${TIME} GMT$`),
  // Sun Nov  6 08:49:37 1994
  new RegExp(`^${SHORT_DAY} ${MONTH} (?<day>\\d{2}| \\d) ${TIME} (?<year>\\d{4})$`),
]

const NUMBER_OF_MONTH: ReadonlyMap<string, number> = new Map(
  MONTHS.split('|').map((name, index) => [name, index]),
)

/**
 * @param now milliseconds since the epoch: which century a year of two digits is of
 * @returns milliseconds since the epoch, whole seconds; `null` for what is no HTTP date
 */
export function parseHttpDate(text: string, now: number): number | null {
  const trimmed = text.trim()
  for (const format of FORMATS) {
    const parts = format.exec(trimmed)?.groups
    if (parts === undefined) continue
    const year = Number(parts['year'])
    return parts['year']?.length === 2 ? inCentury(parts, year, now) : timeOf(parts, year)
  }
  return null
}

type Parts = Readonly<Record<string, string | undefined>>

/** More than 50 years ahead is taken for the last such year that was. */
function inCentury(parts: Parts, lastDigits: number, now: number): number | null {
  const limit = new Date(now)
  const year = limit.getUTCFullYear()
  limit.setUTCFullYear(year + 50)
  const nearest = year - (year % 100) + lastDigits
  const ms = timeOf(parts, nearest)
  return ms !== null && ms > limit.getTime() ? timeOf(parts, nearest - 100) : ms
}

function timeOf({ month, day, hour, minute, second }: Parts, year: number): number | null {
  const date = new Date(0)
  const dayOfMonth = Number(day)
  date.setUTCFullYear(year, NUMBER_OF_MONTH.get(month ?? ''), dayOfMonth)
  // The 31st of February would be one of March.
  if (date.getUTCDate() !== dayOfMonth) return null
  return date.setUTCHours(Number(hour), Number(minute), Number(second))
}

/** Such as `Tue, 14 Nov 2023 22:13:20 GMT`. @param ms milliseconds since the epoch */
export function formatHttpDate(ms: number): string {
  return new Date(ms).toUTCString()
}
