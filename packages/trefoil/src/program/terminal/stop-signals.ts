/** A signal that asks the program to end. */
export type StopSignal = 'SIGINT' | 'SIGTERM'

/** By POSIX convention a shell tells the end by a signal as 128 + its number. */
const EXIT_CODES: Readonly<Record<StopSignal, number>> = { SIGINT: 130, SIGTERM: 143 }

/** Exit code of a program that ended because of a signal. */
export function exitCodeOfSignal(signal: StopSignal): number {
  return EXIT_CODES[signal]
}

/** The signals a process can be asked to stop with. Windows has no SIGTERM and never sends it. */
export const STOP_SIGNALS: readonly StopSignal[] = ['SIGINT', 'SIGTERM']

/** The message by which a program of ours asks another one to stop. */
export const STOP = 'trefoil:stop'
