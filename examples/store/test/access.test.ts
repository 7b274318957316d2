import { expectAccess } from 'trefoil/testing'
import { it } from 'vitest'
import { app } from '../src/app.ts'

it('lets everybody do what access.json says, and nothing else (SURF-1)', async () => {
  await expectAccess(app, new URL('../access.json', import.meta.url))
})
