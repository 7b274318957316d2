import type { EraName } from '../wire/era.ts'
import { complete } from './complete.ts'
import { discover } from './discover.ts'
import { initialize } from './initialize.ts'
import type { Method } from './method.ts'
import { ping } from './ping.ts'
import { promptsGet } from './prompts-get.ts'
import { promptsList } from './prompts-list.ts'
import { resourceTemplatesList } from './resource-templates-list.ts'
import { resourcesList } from './resources-list.ts'
import { resourcesRead } from './resources-read.ts'
import { toolsCall } from './tools-call.ts'
import { toolsList } from './tools-list.ts'

/** What both eras know. */
const SHARED: readonly (readonly [string, Method])[] = [
  ['tools/call', toolsCall],
  ['tools/list', toolsList],
  ['resources/list', resourcesList],
  ['resources/templates/list', resourceTemplatesList],
  ['resources/read', resourcesRead],
  ['prompts/list', promptsList],
  ['prompts/get', promptsGet],
  ['completion/complete', complete],
]

/** Methods by era. Maps: a method of the name `__proto__` is none. */
const METHODS: Readonly<Record<EraName, ReadonlyMap<string, Method>>> = {
  modern: new Map<string, Method>([...SHARED, ['server/discover', discover]]),
  legacy: new Map<string, Method>([...SHARED, ['initialize', initialize], ['ping', ping]]),
}

/** `undefined` for what the era does not know. */
export function methodOf(era: EraName, method: string): Method | undefined {
  return METHODS[era].get(method)
}
