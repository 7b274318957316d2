// FND-49: `run`, `dev` and `serve(app)` listen where the platform says. Tried from outside, in
// processes of their own: what counts is the environment of the process.
import { describe, expect, test } from 'vitest'
import { Program } from './program.ts'
import { runModule } from './surfaces.ts'

const APP = './lively-app.ts#app'

async function ended(argv: readonly string[], env: Readonly<Record<string, string>>) {
  const program = new Program([...argv, '--json'], { env })
  await Promise.race([program.ended, program.says('"url"')])
  program.child.kill('SIGTERM')
  return program.ended
}

describe.concurrent.skipIf(process.platform === 'win32')('FND-49', () => {
  test.each([
    ['run', ['run', APP, '--allow-insecure'], { PORT: '0', HOST: '0.0.0.0' }, 'localhost'],
    ['run', ['run', APP, '--allow-insecure'], { PORT: 'x', TREFOIL_PORT: '0' }, '127.0.0.1'],
    [
      'dev',
      ['dev', APP],
      { TREFOIL_PORT: '0', TREFOIL_HOST: 'localhost' },
      '(127.0.0.1|\\[::1\\])',
    ],
    ['the flag', ['run', APP, '--allow-insecure', '--port=0'], { PORT: '1' }, '127.0.0.1'],
  ])('%s', async (_name, argv, env, host) => {
    const { out } = await ended(argv, env)
    // Neither the default nor what does not count.
    expect(out).toMatch(new RegExp(`"url":"http://${host}:(?!8000|1")\\d+"`))
  })

  test('a wrong one is named, and not shown', async () => {
    const { code, out } = await ended(['run', APP], { PORT: 'hunter2' })
    expect(code).toBe(2)
    expect(out).toContain('PORT must be a whole number from 0 to 65535')
    expect(out).not.toContain('hunter2')
  })

  test('serve(app) in code', async () => {
    const { out } = await runModule(
      `import { createApp } from 'trefoil'
      import { serve } from 'trefoil/node'
      const app = createApp({ name: 'ports', publicSurfaces: ['api', 'mcp', 'cli'] })
      process.env.PORT = 'hunter2'
      const given = await serve(app, { port: 0 })
      const why = await serve(app).catch((error) => error.message)
      process.env.PORT = '0'
      const { port, close } = await serve(app)
      console.log(JSON.stringify([why, port > 0 && port !== 8000]))
      await Promise.all([given.close(), close()])`,
    )
    expect(JSON.parse(out)).toEqual(['PORT must be a whole number from 0 to 65535', true])
  })
})
