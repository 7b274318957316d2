import { type Call, Problem } from '../../../index.ts'

/**
 * Holds a form to this site, whatever the app says of others (HTTP-8): a browser that says where a request comes from
 * has to say here. One that says nothing has its token alone.
 *
 * @returns true where the browser says that it comes from here
 * @throws Problem `csrf_refused`
 */
export function checkOrigin({ request }: Pick<Call, 'request'>): boolean {
  const site = request.headers.get('sec-fetch-site')
  const origin = request.headers.get('origin')
  if (site !== null) {
    // `none` is no page: nobody types a form into the address bar.
    if (site !== 'same-origin') throw new Problem('csrf_refused')
    return true
  }
  if (origin === null) return false
  if (origin !== `${request.scheme}://${request.host}`) throw new Problem('csrf_refused')
  return true
}
