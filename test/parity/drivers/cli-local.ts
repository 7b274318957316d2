import type { Answer, Driver, Target } from '../driver.ts'
import { fromEnvelope } from './envelope.ts'

/** Calls actions in this process, as the CLI does without a remote. */
export function cliLocalDriver({ app }: Target): Driver {
  return {
    name: 'cli-local',
    source: 'cli',
    entrypoint: 'local',
    async call({ action, args, token, approval, dryRun }): Promise<Answer> {
      const headers = token === null ? [] : ['authorization', `Bearer ${token}`]
      const envelope = await app.localActions({ headers }).call({
        action,
        arguments: args,
        ...(approval === undefined ? {} : { approval_token: approval }),
        ...(dryRun === undefined ? {} : { dry_run: dryRun }),
      })
      return {
        ...fromEnvelope(envelope),
        status: null,
        challenge: null,
        raw: JSON.stringify(envelope),
      }
    },
  }
}
