import type { AppConfig } from '../options/app-config.ts'

/** Tokens that open more than they were given for. */
export interface SharedAudience {
  /** One sentence for the developer, without a full stop. */
  readonly message: string
}

/**
 * Where the API takes what MCP takes, a token that somebody gave an agent's program for MCP opens the API as well: every
 * route of it, under no rule for agents (the confused deputy). So it is with one authenticator, and with two that accept one audience.
 */
export function sharedAudience({ auth, mcp }: AppConfig): readonly SharedAudience[] {
  const { resource } = mcp.authorization
  const { api, mcp: agents } = auth
  if (resource === null || api === undefined || agents === undefined) return []
  const isKnown = api.audiences?.includes(resource) === true
  if (!isKnown && api.given !== agents.given) return []
  const opens = 'a token that an agent was given for mcp.authorization.resource opens the API, too'
  const message =
    api === agents
      ? `The authenticator '${api.name}' covers 'mcp' and 'api': ${opens}; give 'api' an AuthConfig of its own, whose audience is another`
      : `The authenticator '${api.name}' of 'api' takes what '${agents.name}' of 'mcp' takes: ${opens}; give it another audience`
  return [{ message }]
}
