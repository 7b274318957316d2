import { type Markup, markup } from '../../../../inner.ts'
import type { PageContext } from '../page-row.ts'

/** What the script of passkeys does when the button is pressed. */
type PasskeyAction = 'login' | 'second-factor' | 'register' | 'step-up'

/** What a button of passkeys says. */
interface PasskeyLook {
  readonly text: string
  readonly say: PageContext['say']
  /** Where it goes on to: a place on this site. */
  readonly next: string
  readonly look?: 'plain'
  /** Id of what shows recovery codes. */
  readonly codes?: string
}

/** Hidden until the script of passkeys finds that there are any: without script nobody is offered what does not work. */
export function passkeyButton(
  action: PasskeyAction,
  { text, say, next, look = 'plain', codes }: PasskeyLook,
): Markup {
  const failed = say('passkey_failed')
  const id = `passkey-${action}`
  return markup`<button type="button" class="${look}" hidden data-passkey="${action}" data-next="${next}" data-status="${id}" ${codes !== undefined && markup`data-codes="${codes}" `}data-failed="${failed}" data-cancelled="${failed}">${text}</button>
<p id="${id}" class="error" role="alert"></p>`
}
