import type { PageContext } from '../page-row.ts'

/** `next` on its way through pages; it is looked at where it is gone to. */
export function carried({ query: { next } }: PageContext): Record<string, string> {
  return next === '' ? {} : { next }
}
