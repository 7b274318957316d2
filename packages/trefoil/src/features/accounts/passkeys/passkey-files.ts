// Bundled on its own: what it finds lies beside it in `dist`.

/**
 * `@simplewebauthn/browser` as one file, with its licence in front; `scripts/bundle.mjs` puts it there. In `src` there is
 * none.
 */
export const BROWSER_LIBRARY: URL = new URL('./webauthn-browser.umd.js', import.meta.url)
