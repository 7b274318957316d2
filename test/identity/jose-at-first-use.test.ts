// An app with secrets alone loads no library for the other algorithms.
import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { ROOT } from '../docs/markdown.ts'

const PROGRAM = `
  import { generateKeyPairSync } from 'node:crypto'
  import { registerHooks } from 'node:module'
  let loaded = 0
  registerHooks({ load: (url, context, next) => {
    if (url.includes('node_modules/jose/')) loaded++
    return next(url, context)
  } })
  const { jwtAuth } = await import('trefoil/auth')
  const secrets = jwtAuth({ keys: 'f3a1c09e5d7b42868e0d1c4b7a9f6532' })
  const seen = [await secrets.verifyToken(await secrets.createToken({ sub: 'a' })), loaded]
  const { publicKey } = generateKeyPairSync('ed25519')
  const keys = jwtAuth({ publicKey: publicKey.export({ format: 'jwk' }) })
  seen.push(loaded)
  await keys.start()
  console.log(JSON.stringify([...seen, loaded > 0]))
`

test('jose is loaded when the first token needs it, or by start()', () => {
  const args = ['--input-type=module', '--eval', PROGRAM]
  const printed = execFileSync(process.execPath, args, { cwd: ROOT, encoding: 'utf8' })
  expect(JSON.parse(printed)).toEqual([true, 0, 0, true])
})
