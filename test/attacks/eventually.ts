import { vi } from 'vitest'

// The machine may have other things to do; a test that is right ends long before.
vi.setConfig({ testTimeout: 30_000, hookTimeout: 30_000 })

/** Waits until the assertion holds. */
export async function eventually(assertion: () => void): Promise<void> {
  await vi.waitFor(assertion, { timeout: 10_000, interval: 10 })
}
