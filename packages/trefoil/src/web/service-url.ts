const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/

/**
 * What is wrong with text that is to name a service to others: words that follow the name of an option; `null` when nothing is.
 * It is compared to the letter by whoever reads it, and travels with tokens: so https, and http to this machine alone. The
 * text is not shown, which may have a password in it.
 */
export function serviceUrlMistake(text: string): string | null {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol)) {
    return 'must be a URL, such as https://shop.example/mcp'
  }
  if (url.username !== '' || url.password !== '') return 'must have no user name and no password'
  if (text.includes('#')) return 'must have no fragment'
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    return 'must be https: whoever reads plain http has the tokens'
  }
  // Read as another than it was written, it would match nothing that others compare it with.
  const { origin } = url
  if (text !== url.href && text !== origin) {
    return 'must be written as URLs are compared: host in small letters, no default port, nothing to be encoded'
  }
  return null
}
