// Where the surfaces of agents are reached. Fixed by DESIGN §1, and no route may take them.

/** The MCP endpoint. */
export const MCP_PATH = '/mcp'

/** What clients of MCP are told of its authorization servers (RFC 9728). */
export const RESOURCE_METADATA_PATH = '/.well-known/oauth-protected-resource'

/** The list of actions, for remote clients (RPC-2). */
export const MANIFEST_PATH = '/.well-known/trefoil-actions.json'

/** The table of HTTP routes, for typed clients; behind the authenticator of the HTTP API. */
export const ROUTES_PATH = '/.well-known/trefoil-routes.json'

/** Everything below it is the framework's. */
export const INTERNAL_PATH = '/__trefoil__'

/** Where a remote client calls an action (RPC-3). */
export const CALL_PATH = '/__trefoil__/actions/call'
