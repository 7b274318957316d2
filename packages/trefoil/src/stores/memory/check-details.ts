const LONGEST = 4096

/** @throws TypeError for what is no short text: what a store keeps of somebody is not what he sends */
export function checkDetails(details: unknown): void {
  if (typeof details === 'string' && details.length <= LONGEST) return
  throw new TypeError(`details must be text of at most ${LONGEST} characters`)
}
