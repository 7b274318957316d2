const TOKEN = '"$(npm run -s token -- viewer)"'
const TOOL_CALL = JSON.stringify({
  jsonrpc: '2.0',
  id: 1,
  method: 'tools/call',
  params: { name: 'get_order', arguments: { order_id: 'ord_1001' } },
})

const LOGIN = JSON.stringify({ client_id: 'agent-viewer', client_secret: 'v1ewer' })

/**
 * What the store prints once it listens. Every line after a label can be pasted into a shell
 * in the repository; a test does so.
 *
 * @param url address without a trailing slash
 * @param gives whether `POST /auth/token` is there
 * @param takesKey whether callers may bring the API key
 */
export function greeting(url: string, gives: boolean, takesKey: boolean): string {
  const bearer = `-H "Authorization: Bearer $(npm run -s token -- viewer)"`
  return [
    `Store on ${url}`,
    '',
    'tokens  npm run token -- viewer|operator|admin|customer|agent',
    ...(gives ? [`login   curl -d '${LOGIN}' ${url}/auth/token`] : []),
    ...(takesKey ? [`key     curl -H "X-API-Key: $(npm run -s key)" ${url}/orders/ord_1001`] : []),
    `curl    curl ${bearer} ${url}/orders/ord_1001`,
    `mcp     curl ${bearer} -H 'Content-Type: application/json' -H 'Accept: application/json, text/event-stream' -d '${TOOL_CALL}' ${url}/mcp`,
    `cli     npx trefoil connect store ${url} --token ${TOKEN} && npx trefoil call store get_order --order-id ord_1001`,
  ].join('\n')
}
