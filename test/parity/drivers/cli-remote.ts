import { CALL_PATH } from '../../../packages/trefoil/src/contract/protocol/paths.ts'
import { type Answer, bearer, type Driver, rawOf, type Target } from '../driver.ts'
import { fromEnvelope } from './envelope.ts'

/** Calls actions over the remote action protocol, with nothing but `fetch`. */
export function cliRemoteDriver({ url }: Target): Driver {
  return {
    name: 'cli-remote',
    source: 'cli',
    entrypoint: 'server',
    async call({ action, args, token, approval, dryRun }): Promise<Answer> {
      const response = await fetch(url + CALL_PATH, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...bearer(token) },
        body: JSON.stringify({
          action,
          arguments: args,
          ...(approval === undefined ? {} : { approval_token: approval }),
          ...(dryRun === undefined ? {} : { dry_run: dryRun }),
        }),
      })
      const text = await response.text()
      return {
        ...fromEnvelope(JSON.parse(text)),
        status: response.status,
        challenge: response.headers.get('www-authenticate'),
        raw: rawOf(response, text),
      }
    },
  }
}
