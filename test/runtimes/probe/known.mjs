// What is known not to work where, and why. Such a check is run all the same and counts as skipped;
// one that passes after all is a failure, so that this list and docs/runtimes.md stay true.

/** By runtime, then by way and check. */
export const KNOWN = {
  Node: {},
  Bun: {},
  Deno: {
    'Deno.serve: a request without Host is refused': 'Deno makes up a host for it',
  },
}
