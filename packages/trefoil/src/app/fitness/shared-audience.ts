import type { AppConfig } from '../options/app-config.ts'

/** Tokens that open more than they were given for. */
export interface SharedAudience {
  /** One sentence for the developer, without a full stop. */
  readonly message: string
}

/**
 * Where one authenticator covers MCP and the API, a token that somebody gave an agent's program for MCP opens the API as well:
 * every route of it, under no rule for agents (the confused deputy).
 */
export function sharedAudience({ auth, mcp }: AppConfig): readonly SharedAudience[] {
  const { api, mcp: agents } = auth
  if (mcp.authorization.resource === null || api === undefined || agents === undefined) return []
  if (api.authenticate !== agents.authenticate) return []
  return [
    {
      message:
        `The authenticator '${api.name}' covers 'mcp' and 'api': a token that an agent was given for mcp.authorization.resource opens the API, too; ` +
        "give 'api' an AuthConfig of its own, whose audience is another",
    },
  ]
}
