import type { Guard } from '../../contract/call/call.ts'
import { type SecurityEntry, schemeInWords } from '../openapi/security-entries.ts'
import { type Html, html } from './escaped-html.ts'
import { inline, prose } from './prose.ts'

/** List items that say who may call: everyone, or whom and with which credentials. */
export function authFacts(
  isRequired: boolean,
  guards: readonly Guard[],
  security: readonly SecurityEntry[],
): Html {
  return html`<li>Auth: ${isRequired ? html`required, by ${inline(waysOf(security))}` : 'public'}</li>
${guards.length > 0 && html`<li>Guards: ${guards.map((guard, index) => html`${index > 0 && ', '}${guardView(guard)}`)}</li>`}`
}

function guardView({ name, scopes }: Guard): Html {
  return html`<code>${name}</code>${scopes !== undefined && html` (${scopes.map((scope, index) => html`${index > 0 && ', '}<code>${scope}</code>`)})`}`
}

/** What a page says at its top about the ways in; nothing where there is none. */
export function securityNotes(security: readonly SecurityEntry[]): Html | null {
  if (security.length === 0) return null
  return html`<p class="prose">Authentication: ${inline(waysOf(security))}.</p>
${security.map(
  ({ scheme }) =>
    html`${prose(scheme.description ?? null)}${
      scheme.type === 'openIdConnect' &&
      html`<p class="prose">Provider: <code>${scheme.openIdConnectUrl}</code></p>`
    }`,
)}`
}

function waysOf(security: readonly SecurityEntry[]): string {
  return security.map(({ scheme }) => schemeInWords(scheme)).join(', or ')
}
