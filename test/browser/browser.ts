import { existsSync } from 'node:fs'
import { type Browser, chromium } from 'playwright-core'

const CANDIDATES = [
  process.env['CHROMIUM_PATH'],
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
]

/** The system's Chromium; `null` where there is none, and the tests that need it are skipped. */
export const BROWSER_PATH: string | null =
  CANDIDATES.find((path) => path !== undefined && existsSync(path)) ?? null

if (BROWSER_PATH === null) {
  console.warn('No Chromium found: browser tests are skipped (set CHROMIUM_PATH to run them)')
}

/** Starting a browser on a busy machine takes its time. */
export const LAUNCH_MS = 60_000

export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: BROWSER_PATH ?? '',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}
