import { ImproperlyConfigured } from '../../index.ts'

/** Minutes at which something is due, such as `0 6 * * 1-5`. */
export interface Cron {
  /**
   * The last minute at which it was due, after `from` and up to `to`; `null` for none. Milliseconds since the
   * Unix epoch. Looks back a day at most.
   */
  lastTick(from: number, to: number): number | null
}

const MINUTE = 60_000
const MINUTES_OF_A_DAY = 1440

interface Field {
  readonly name: string
  readonly least: number
  readonly most: number
  readonly words: readonly string[]
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
const DAYS = 'sun mon tue wed thu fri sat'.split(' ')
const FIELDS: readonly Field[] = [
  { name: 'minute', least: 0, most: 59, words: [] },
  { name: 'hour', least: 0, most: 23, words: [] },
  { name: 'day of the month', least: 1, most: 31, words: [] },
  { name: 'month', least: 1, most: 12, words: MONTHS },
  // Sunday is 0 and 7.
  { name: 'day of the week', least: 0, most: 7, words: DAYS },
]

/**
 * Reads five fields: minute, hour, day of the month, month, day of the week. Of the two days, where both
 * are restricted, one is enough, as everywhere.
 *
 * @param zone such as `Europe/Berlin`. A minute that its clocks leave out is left out, and one that comes
 *   twice comes twice
 * @throws ImproperlyConfigured naming the field
 */
export function readCron(option: string, text: string, zone: string): Cron {
  const parts = text.trim().split(/\s+/)
  if (parts.length !== FIELDS.length) {
    throw new ImproperlyConfigured(
      `${option}: cron has five fields, minute, hour, day of the month, month and day of the week, such as '0 6 * * 1-5'`,
    )
  }
  const [minutes, hours, days, months, weekdays] = FIELDS.map((field, index) =>
    readField(option, field, parts[index] ?? ''),
  ) as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>]
  if (weekdays.has(7)) weekdays.add(0)
  const anyDay = parts[2]?.startsWith('*') === true || parts[4]?.startsWith('*') === true
  const local = localTime(option, zone)

  function isDue(at: number): boolean {
    const { minute, hour, day, month, weekday } = local(at)
    if (!minutes.has(minute) || !hours.has(hour) || !months.has(month)) return false
    const [byDay, byWeekday] = [days.has(day), weekdays.has(weekday)]
    return anyDay ? byDay && byWeekday : byDay || byWeekday
  }

  return {
    lastTick(from, to) {
      let at = Math.floor(to / MINUTE) * MINUTE
      for (let count = 0; at > from && count < MINUTES_OF_A_DAY; at -= MINUTE, count++) {
        if (isDue(at)) return at
      }
      return null
    },
  }
}

function readField(option: string, field: Field, text: string): Set<number> {
  const found = new Set<number>()
  for (const part of text.toLowerCase().split(',')) {
    const [range = '', step, more] = part.split('/')
    const by = step === undefined ? 1 : readNumber(step, [])
    const [first = '', last, rest] = range === '*' ? [] : range.split('-')
    const least = range === '*' ? field.least : readNumber(first, field.words, field.least)
    const end = range === '*' || (last === undefined && step !== undefined) ? field.most : least
    const most = last === undefined ? end : readNumber(last, field.words, field.least)
    const isWrong = [by, least, most].includes(-1) || by === 0 || more !== undefined
    if (isWrong || rest !== undefined || least < field.least || most > field.most || least > most) {
      throw new ImproperlyConfigured(
        `${option}: cron: the ${field.name} must be numbers from ${field.least} to ${field.most}, such as *, 5, 1-5, */15 or 1,15`,
      )
    }
    for (let value = least; value <= most; value += by) found.add(value)
  }
  return found
}

/** @returns -1 for what is no number */
function readNumber(text: string, words: readonly string[], least = 0): number {
  const word = words.indexOf(text)
  if (word >= 0) return word + least
  return /^\d{1,2}$/.test(text) ? Number(text) : -1
}

interface LocalTime {
  readonly minute: number
  readonly hour: number
  readonly day: number
  readonly month: number
  readonly weekday: number
}

function localTime(option: string, zone: string): (at: number) => LocalTime {
  if (zone === 'UTC') {
    return (at) => {
      const date = new Date(at)
      return {
        minute: date.getUTCMinutes(),
        hour: date.getUTCHours(),
        day: date.getUTCDate(),
        month: date.getUTCMonth() + 1,
        weekday: date.getUTCDay(),
      }
    }
  }
  let format: Intl.DateTimeFormat
  try {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      minute: 'numeric',
      hour: 'numeric',
      day: 'numeric',
      month: 'numeric',
      weekday: 'short',
    })
  } catch (cause) {
    throw new ImproperlyConfigured(
      `${option}: timeZone must be a time zone such as Europe/Berlin or UTC`,
      { cause },
    )
  }
  return (at) => {
    const parts = Object.fromEntries(
      format.formatToParts(at).map(({ type, value }) => [type, value]),
    )
    return {
      minute: Number(parts['minute']),
      hour: Number(parts['hour']),
      day: Number(parts['day']),
      month: Number(parts['month']),
      weekday: DAYS.indexOf(String(parts['weekday']).toLowerCase()),
    }
  }
}
