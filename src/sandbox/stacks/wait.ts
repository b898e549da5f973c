/** Waiting on the virtual clock, cut short when everything is cancelled. */
import type {SandboxClock} from '../world/contract.ts'

export function waitUntil(clock: SandboxClock, at: number, signal: AbortSignal): Promise<'due' | 'cancelled'> {
  if (signal.aborted) return Promise.resolve('cancelled')
  if (at <= clock.now()) return Promise.resolve('due')
  return new Promise((resolve) => {
    const onAbort = (): void => {
      stop()
      resolve('cancelled')
    }
    const stop = clock.at(at, () => {
      signal.removeEventListener('abort', onAbort)
      resolve('due')
    })
    signal.addEventListener('abort', onAbort, {once: true})
  })
}
