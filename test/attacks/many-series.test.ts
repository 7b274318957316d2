import { metrics } from 'trefoil/metrics'
import { expect, test } from 'vitest'

test('P-MWL-8: a histogram with as many series as it may have is on the page', {
  timeout: 60_000,
}, () => {
  const figures = metrics({ token: 'a-token-of-the-scraper' })
  const waited = figures.histogram('waited_seconds', { help: 'Waited.', labels: ['queue'] })
  for (let n = 0; n < 10_000; n++) waited.observe(1, { queue: `q${n}` })
  expect(figures.text()).toContain('\nwaited_seconds_count{queue="q9999"} 1\n')
})
