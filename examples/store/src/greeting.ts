const TOKEN = '"$(npm run -s token -- viewer)"'
const TOOL_CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'get_order', arguments: { order_id: 'ord_1001' } },
})

const LOGIN = JSON.stringify({ client_id: 'agent-viewer', client_secret: 'v1ewer' })
const MAILBOX = 'email=you@example.com'
const PASSWORD = "'password=seven green otters sing'"

/** What there is beside tokens of `npm run token`. */
export interface Offers {
  /** `POST /auth/token`. */
  readonly tokens: boolean
  /** Callers may bring the API key. */
  readonly key: boolean
  /** People can register. */
  readonly accounts: boolean
  /** Where their pages are, for a browser. */
  readonly pages: string
}

/**
 * What the store prints once it listens. Every line after a label can be pasted into a shell
 * in the repository; a test does so. `pages` is for a browser, and `verify` wants the token of the mail that `register` sends, which is printed too.
 *
 * @param url address without a trailing slash
 */
export function greeting(url: string, { tokens, key, accounts, pages }: Offers): string {
  const bearer = `-H "Authorization: Bearer $(npm run -s token -- viewer)"`
  const lines: readonly (readonly [string, string])[] = [
    ['tokens', 'npm run token -- viewer|operator|admin|customer|agent'],
    ...(tokens ? [['login', `curl -d '${LOGIN}' ${url}/auth/token`] as const] : []),
    ...(accounts
      ? ([
          ['pages', pages],
          ['register', `curl -d ${MAILBOX} -d ${PASSWORD} ${url}/auth/register`],
          ['verify', `curl -d token=… ${url}/auth/verify-email`],
          ['sign-in', `curl -d ${MAILBOX} -d ${PASSWORD} ${url}/auth/login`],
        ] as const)
      : []),
    ...(key
      ? [['key', `curl -H "X-API-Key: $(npm run -s key)" ${url}/orders/ord_1001`] as const]
      : []),
    ['curl', `curl ${bearer} ${url}/orders/ord_1001`],
    [
      'mcp',
      `curl ${bearer} -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -d '${TOOL_CALL}' ${url}/mcp`,
    ],
    [
      'cli',
      `npx trefoil connect store ${url} --token ${TOKEN} && npx trefoil call store get_order --order-id ord_1001`,
    ],
  ]
  const shown = lines.map(([label, line]) => `${label.padEnd(9)} ${line}`)
  return [`Store on ${url}`, '', ...shown].join('\n')
}
