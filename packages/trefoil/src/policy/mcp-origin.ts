/**
 * Whether a browser page of this origin may talk to the MCP endpoint (MCP-3). A program sends no
 * `Origin` and passes; a page that does must be listed, or any web site could drive a local
 * server through its visitor's browser (DNS rebinding).
 *
 * @param origin value of the `Origin` header; `undefined` when absent
 * @param allowed exact origins; `*` allows every one
 */
export function isMcpOriginAllowed(
  origin: string | undefined,
  allowed: ReadonlySet<string>,
): boolean {
  return origin === undefined || allowed.has(origin) || allowed.has('*')
}
