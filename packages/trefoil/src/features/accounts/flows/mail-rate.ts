import type { RateOption, RateOptions, RateText } from '../../../index.ts'
import type { AccountsHouse } from '../accounts-house.ts'

type Rated = { readonly rate?: RateOption }

/** Of what sends a mail to an address that anybody may write: by the address of the caller, before all else. */
export function mailRate({ values }: AccountsHouse): Rated {
  return byAddress(values.rates.mail, 'accounts-mail')
}

/** Of what is given a link or a code. */
export function confirmRate({ values }: AccountsHouse): Rated {
  return byAddress(values.rates.confirm, 'accounts-confirm')
}

/** Of what makes an account of nobody. */
export function anonymousRate({ values }: AccountsHouse): Rated {
  return byAddress(values.rates.anonymous, 'accounts-anonymous')
}

/** Of what leads to a provider and back: each of them makes a row. */
export function providerRate({ values }: AccountsHouse): Rated {
  return byAddress(values.rates.confirm, 'accounts-provider')
}

function byAddress(rate: RateOption | false, name: string): Rated {
  if (rate === false) return {}
  const one = (given: RateText | RateOptions): RateOptions =>
    typeof given === 'string'
      ? { limit: given, per: 'address', name }
      : { per: 'address', ...given }
  return { rate: Array.isArray(rate) ? rate.map(one) : one(rate as RateText | RateOptions) }
}
