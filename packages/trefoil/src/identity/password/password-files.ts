// Bundled on its own: what it finds lies beside it in `src`, and in `dist`.

/** Made by `scripts/common-passwords.mjs`. */
export const COMMON_PASSWORDS: URL = new URL('./common-passwords.bloom', import.meta.url)

/** What a thread that hashes runs. */
export const HASHING_THREAD: URL = new URL(
  import.meta.url.endsWith('.ts') ? './hashing/hashing-thread.ts' : './hashing/hashing-thread.js',
  import.meta.url,
)
