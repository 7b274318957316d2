// DESIGN §4: an option is a member of its interface and one row; whoever forgets one of the two is
// told by the compiler. Each negative differs from what compiles in one thing.
import type { ByteSize, Duration } from 'trefoil'
import { createApp } from 'trefoil'
import type { OptionKind } from '../../packages/trefoil/dist/contract/options/option-kind.js'
import type {
  OptionGroup,
  OptionRows,
  Values,
} from '../../packages/trefoil/dist/contract/options/option-rows.js'
import { exact } from './expect.ts'

interface StampOptions {
  readonly size?: ByteSize
  readonly wait?: Duration
  readonly name?: string
}

type Stamp = Values<StampOptions, { readonly name: string | null }>

declare const bytes: OptionKind<number>
declare const text: OptionKind<string>

// Sizes are bytes and durations milliseconds once they are read, all are there.
declare const stamp: Stamp
exact<number>()(stamp.size)
exact<number>()(stamp.wait)
exact<string | null>()(stamp.name)

const size = { read: bytes, default: '2mb', variable: true, doc: 'Largest.' } as const
const wait = { read: bytes, default: '2s', doc: 'Longest.' } as const
const name = { read: text, default: null, doc: 'Name.' }

export const whole: OptionRows<StampOptions, Stamp> = { size, wait, name }
// @ts-expect-error an option of the interface without a row
export const missing: OptionRows<StampOptions, Stamp> = { size, wait }
// @ts-expect-error a row without an option in the interface
export const surplus: OptionRows<StampOptions, Stamp> = { size, wait, name, colour: name }
// @ts-expect-error a default that the option does not take
export const wrong: OptionRows<StampOptions, Stamp> = { size: { ...size, default: 2 }, wait, name }
export const misread: OptionRows<StampOptions, Stamp> = {
  // @ts-expect-error read as something else than its type says
  size: { ...size, read: text },
  wait,
  name,
}
// @ts-expect-error nothing is the default, and nobody says that it is read as null
export const nothing: OptionRows<StampOptions, Values<StampOptions>> = { size, wait, name }
export const silent: OptionRows<StampOptions, Stamp> = {
  size,
  wait,
  // @ts-expect-error a row without its line in the documentation
  name: { read: text, default: null },
}

export const group: OptionGroup<StampOptions, Stamp> = {
  name: 'stamp',
  prefix: 'TREFOIL_STAMP',
  subject: ['name'],
  rows: whole,
}
// @ts-expect-error not an option of the group
export const astray: OptionGroup<StampOptions, Stamp> = { ...group, subject: ['colour'] }

// createApp takes options in groups, and each where it belongs.
createApp({ limits: { body: '5mb', timeout: '30s', inFlight: 7 }, edge: { hosts: ['a.example'] } })
createApp({ browser: { cors: { allowedOrigins: ['https://a.example'], maxAge: '10m' } } })
createApp({ browser: { csrf: false, hsts: false }, docs: { path: null }, mcp: { docsPath: null } })
createApp({ cli: { maxResponseSize: '1mb' }, log: { level: 'debug' } })
// @ts-expect-error of 0.1: limits.body
createApp({ maxBodySize: '5mb' })
// @ts-expect-error of 0.1: edge.hosts
createApp({ allowedHosts: ['a.example'] })
// @ts-expect-error not an option of limits
createApp({ limits: { maxBodySize: '5mb' } })
// @ts-expect-error a size has a unit
createApp({ limits: { body: 5 } })
// @ts-expect-error a duration has a unit
createApp({ browser: { hsts: { maxAge: 600 } } })
// @ts-expect-error CORS is an object of options or absent
createApp({ browser: { cors: false } })
// @ts-expect-error a word that is none of them
createApp({ edge: { security: 'relaxed' } })
