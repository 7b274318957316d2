/**
 * An address for whoever knows it, and of little use to others: of its name the first and the last character (S-MFA-4).
 * Its name is masked whatever it looks like; the domain is kept.
 */
export function maskAddress(address: string): string {
  const at = address.lastIndexOf('@')
  const name = [...address.slice(0, Math.max(at, 0))]
  return `${masked(name)}${address.slice(Math.max(at, 0))}`
}

function masked(name: readonly string[]): string {
  const [first = '', ...rest] = name
  if (rest.length === 0) return '*'
  if (rest.length === 1) return `${first}*`
  return `${first}${'*'.repeat(rest.length - 1)}${rest.at(-1) ?? ''}`
}
