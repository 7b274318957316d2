/** What a URL may say beside where the server is. All else would change what the framework relies on. */
const PARAMETERS = new Set([
  'host',
  'application_name',
  'sslmode',
  'sslcert',
  'sslkey',
  'sslrootcert',
  'sslnegotiation',
  'uselibpqcompat',
])

/** Why a text is no URL of a PostgreSQL; `null` when it is one. Never with the text, which may hold a password. */
export function whyNoPostgresUrl(text: string): string | null {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return 'is no URL: write postgres://user:password@host:5432/name, and %40 for an @ in the password'
  }
  if (url.protocol !== 'postgres:' && url.protocol !== 'postgresql:') return 'is no postgres:// URL'
  if (url.pathname.length < 2) {
    return 'names no database: write postgres://user:password@host:5432/name'
  }
  for (const name of url.searchParams.keys()) {
    if (PARAMETERS.has(name)) continue
    const known = /^[a-z_]{1,40}$/i.test(name) ? `'${name}'` : 'a parameter'
    return `has ${known}, which is not supported there: ${[...PARAMETERS].join(', ')} are; write settings of the server with alter role … set`
  }
  return null
}
