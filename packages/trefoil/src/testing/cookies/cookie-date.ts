const DELIMITERS = /[\x09\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/
const TIME = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D|$)/
const DAY = /^(\d{1,2})(?:\D|$)/
const YEAR = /^(\d{2,4})(?:\D|$)/
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')

/**
 * Reads the date of an `Expires` attribute the way browsers do (RFC 6265bis §5.1.1): words in
 * any order, anything else skipped.
 *
 * @returns milliseconds since the epoch, `null` when it is no date
 */
export function parseCookieDate(text: string): number | null {
  let time: readonly number[] | null = null
  let day: number | null = null
  let month: number | null = null
  let year: number | null = null
  for (const word of text.split(DELIMITERS)) {
    const clock: RegExpExecArray | null = time === null ? TIME.exec(word) : null
    if (clock !== null) {
      time = clock.slice(1, 4).map(Number)
      continue
    }
    const dayText: string | undefined = day === null ? DAY.exec(word)?.[1] : undefined
    if (dayText !== undefined) {
      day = Number(dayText)
      continue
    }
    const index: number = month === null ? MONTHS.indexOf(word.slice(0, 3).toLowerCase()) : -1
    if (index >= 0) {
      month = index
      continue
    }
    const yearText = year === null ? YEAR.exec(word)?.[1] : undefined
    if (yearText !== undefined) year = fullYear(Number(yearText))
  }
  if (time === null || day === null || month === null || year === null) return null
  const [hours = 0, minutes = 0, seconds = 0] = time
  if (year < 1601 || hours > 23 || minutes > 59 || seconds > 59) return null
  // A day the month does not have would be counted on into the next month.
  if (day < 1 || day > daysIn(year, month)) return null
  return Date.UTC(year, month, day, hours, minutes, seconds)
}

function fullYear(year: number): number {
  if (year >= 70 && year <= 99) return year + 1900
  return year <= 69 ? year + 2000 : year
}

function daysIn(year: number, month: number): number {
  if (month !== 1) return [3, 5, 8, 10].includes(month) ? 30 : 31
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
}
