/**
 * Milliseconds within which the same signal once more is no second one. At Ctrl-C the terminal sends SIGINT to
 * everybody, and what the program was started with (`npm start`, `npm run`, a script) passes on its own: taken
 * for a second wish, it would end the program in the middle of draining.
 */
export const SIGNAL_ECHO = 500
