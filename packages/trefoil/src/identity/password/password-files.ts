// Bundled on its own: what it finds lies beside it in `src`, and in `dist`.

/** Made by `scripts/common-passwords.mjs`. */
export const COMMON_PASSWORDS: URL = new URL('./common-passwords.bloom', import.meta.url)
