import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

/** @throws ImproperlyConfigured for anything but a list of surfaces */
export function readSurfaces(
  given: unknown,
  option: string,
  where: string,
): readonly SurfaceName[] {
  if (!Array.isArray(given)) {
    throw new ImproperlyConfigured(
      `${where}: ${option} must be a boolean or a list of surface names`,
    )
  }
  for (const name of given) {
    if (!SURFACES.includes(name)) {
      throw new ImproperlyConfigured(
        `${where}: Unknown ${option} surface; expected one of ${SURFACES.join(', ')}`,
      )
    }
  }
  return given
}
