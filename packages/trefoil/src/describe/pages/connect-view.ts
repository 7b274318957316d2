import { type Html, html } from './escaped-html.ts'
import { codeBlock } from './json-view.ts'

/** Stands for the server until the page's script knows better. */
const PLACEHOLDER = 'https://your-server.example'

/** A program, and what is written where. */
interface Host {
  readonly name: string
  readonly where: string
  /** @param url of the endpoint, to stand between double quotes */
  readonly text: (url: Html) => Html
}

const AUTHORIZATION = 'Authorization: Bearer TOKEN'

/** Programs in the order in which people ask for them. Each form is that of the program's own documents. */
const HOSTS: readonly Host[] = [
  {
    name: 'Claude Code',
    where: 'In a shell',
    text: (url) =>
      html`claude mcp add --transport http my-server "${url}" --header "${AUTHORIZATION}"`,
  },
  {
    name: 'Claude Desktop',
    where: 'In claude_desktop_config.json, by a program that passes it on',
    text: (url) =>
      html`{ "mcpServers": { "my-server": { "command": "npx", "args": ["-y", "mcp-remote", "${url}", "--header", "${AUTHORIZATION}"] } } }`,
  },
  {
    name: 'Cursor',
    where: 'In .cursor/mcp.json',
    text: (url) =>
      html`{ "mcpServers": { "my-server": { "url": "${url}", "headers": { "Authorization": "Bearer TOKEN" } } } }`,
  },
  {
    name: 'VS Code',
    where: 'In .vscode/mcp.json',
    text: (url) =>
      html`{ "servers": { "my-server": { "type": "http", "url": "${url}", "headers": { "Authorization": "Bearer TOKEN" } } } }`,
  },
  {
    name: 'MCP Inspector',
    where: 'In a shell',
    text: (url) =>
      html`npx @modelcontextprotocol/inspector --cli "${url}" --transport http --method tools/list --header "${AUTHORIZATION}"`,
  },
]

/**
 * What to write in which program. `TOKEN` stands for a credential; where nobody asks for one the header can be left out.
 *
 * @param endpoint path of the endpoint, with the path that the app is mounted under
 */
export function connectView(endpoint: string): Html {
  const url = html`<span data-origin>${PLACEHOLDER}</span>${endpoint}`
  return html`<section>
<h2 id="connect">Connect</h2>
<p class="prose">The endpoint is <code>${url}</code>.</p>
${HOSTS.map(
  ({ name, where, text }) => html`<h3>${name}</h3>
<p>${where}:</p>
${codeBlock(`${name}: ${where}`, text(url))}`,
)}
</section>`
}
