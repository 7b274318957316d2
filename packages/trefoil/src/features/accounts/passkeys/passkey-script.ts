import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { reply } from '../../../index.ts'
import type { FlowStep } from '../flow-step.ts'
import { PAGE_SCRIPT } from './page-script.ts'
import { BROWSER_LIBRARY } from './passkey-files.ts'

const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/javascript; charset=utf-8',
  // The same for everybody; asked for again, so that a page never has one of another version.
  'cache-control': 'public, no-cache',
  'cross-origin-resource-policy': 'same-origin',
  'x-content-type-options': 'nosniff',
}

/** The script of pages with passkeys, from our own origin: `script-src 'self'` is enough, and nobody else can change it. */
export const PASSKEY_SCRIPT_STEP: FlowStep = {
  flow: 'passkeys',
  name: 'get_passkey_script',
  method: 'GET',
  path: '/passkeys/script.js',
  proof: 'nothing',
  owner: 'nobody',
  after: [],
  register(routes, path, { passkeys }) {
    if (passkeys === null) return
    let text: Promise<string> | null = null
    routes.get(
      path,
      {
        public: true,
        name: 'get_passkey_script',
        description: 'The script that pages ask for passkeys with.',
      },
      async () => {
        text ??= scriptText().catch((error: unknown) => {
          text = null
          throw error
        })
        return reply(await text, { headers: HEADERS, etag: true })
      },
    )
  },
}

async function scriptText(): Promise<string> {
  return `${await browserLibrary()}\n${PAGE_SCRIPT}`
}

/** Beside us where we are installed; from where it was installed to, in our own sources. */
async function browserLibrary(): Promise<string> {
  try {
    return await readFile(BROWSER_LIBRARY, 'utf8')
  } catch (error) {
    if (!import.meta.url.endsWith('.ts')) throw error
    const { createRequire } = process.getBuiltinModule('node:module')
    const entry = createRequire(import.meta.url).resolve('@simplewebauthn/browser')
    return readFile(join(dirname(entry), '../dist/bundle/index.umd.min.js'), 'utf8')
  }
}
