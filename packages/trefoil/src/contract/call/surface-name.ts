/** The three ways in: HTTP API, MCP tool, CLI action (AUTH-1). */
export const SURFACES = ['api', 'mcp', 'cli'] as const

/** A way in: `api` (HTTP), `mcp` or `cli`. */
export type SurfaceName = (typeof SURFACES)[number]

/** `server`: the call came over the network. `local`: the CLI ran it in this process. */
export type Entrypoint = 'server' | 'local'

/** One yes or no per surface. */
export type PerSurface = Readonly<Record<SurfaceName, boolean>>

export const NO_SURFACE: PerSurface = { api: false, mcp: false, cli: false }

export function perSurface(decide: (surface: SurfaceName) => boolean): PerSurface {
  return { api: decide('api'), mcp: decide('mcp'), cli: decide('cli') }
}
