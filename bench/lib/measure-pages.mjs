// Paint and size of pages, as Chromium measures them.
import { existsSync } from 'node:fs'

const PLACES = [process.env.CHROMIUM_PATH, '/usr/bin/chromium', '/usr/bin/google-chrome']

/**
 * Opens each page so many times in a browser that has seen nothing of it.
 *
 * @param {string} base such as `http://localhost:8000`
 * @param {readonly string[]} paths
 * @param {number} rounds
 * @param {{ name: string, value: string, url: string }[]} [cookies]
 * @returns {Promise<{ path: string, paintMs: number, worstMs: number, serverMs: number, kb: number }[]>} medians; the size of a
 *   page is all that was sent for it
 */
export async function measurePages(base, paths, rounds, cookies = []) {
  const executablePath = PLACES.find((place) => place !== undefined && existsSync(place))
  if (executablePath === undefined) throw new Error('No Chromium found: set CHROMIUM_PATH')
  const { chromium } = await import('playwright-core')
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] })
  const rows = []
  try {
    for (const path of paths) {
      const [paints, servers, sizes] = [[], [], []]
      // The first one has the browser start its own things.
      for (let round = -1; round < rounds; round += 1) {
        const context = await browser.newContext({ viewport: { width: 400, height: 800 } })
        await context.addCookies(cookies)
        const page = await context.newPage()
        await page.goto(base + path, { waitUntil: 'load' })
        const seen = await page.evaluate(async () => {
          const paint = () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime
          while (paint() === undefined) await new Promise((done) => requestAnimationFrame(done))
          const [navigation] = performance.getEntriesByType('navigation')
          const more = performance.getEntriesByType('resource')
          const bytes = [navigation, ...more].reduce((sum, one) => sum + one.transferSize, 0)
          const { requestStart, responseEnd } = navigation
          return { paint: paint(), server: responseEnd - requestStart, bytes }
        })
        await context.close()
        if (round < 0) continue
        paints.push(seen.paint)
        servers.push(seen.server)
        sizes.push(seen.bytes)
      }
      rows.push({
        path,
        paintMs: median(paints),
        worstMs: Math.max(...paints),
        serverMs: median(servers),
        kb: Math.max(...sizes) / 1000,
      })
    }
  } finally {
    await browser.close()
  }
  return rows
}

function median(numbers) {
  const sorted = numbers.toSorted((left, right) => left - right)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
