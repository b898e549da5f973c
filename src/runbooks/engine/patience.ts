/**
 * For what is done outside a run's ticks (finding a run, taking a lease, opening a journal): a call that AWS couldn't serve is
 * made again a few times. Safe for conditional writes too: who writes recognises its own body when the first try did succeed.
 */
import {ExitCode, SluiceError} from '../../errors.ts'
import type {Clock} from './clock.ts'
import {seconds} from './clock.ts'
import {StoreUnavailable} from './store.ts'
import {Unavailable} from './unavailable.ts'

const tries = 7
const leastRealMs = 250

export async function patiently<T>(clock: Clock, action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await action()
    } catch (error) {
      if (!(error instanceof StoreUnavailable || error instanceof Unavailable)) throw error
      if (attempt === tries) throw unreachable(error)
      // A fast clock doesn't make AWS (or a busy machine that plays it) any faster: the wait is long enough in real time too.
      await clock.until(clock.now() + 2 ** (attempt - 1) * Math.max(seconds(1), leastRealMs * clock.speed))
    }
  }
}

function unreachable(cause: StoreUnavailable | Unavailable): SluiceError {
  return new SluiceError({
    code: cause instanceof StoreUnavailable ? 'state-unreachable' : 'aws-unavailable',
    exitCode: cause instanceof StoreUnavailable ? ExitCode.halted : ExitCode.unexpected,
    message: `AWS didn't serve a call in ${tries} tries: ${cause.message}. Nothing was started.`,
    suggestions: ['sluice doctor', 'sluice release status'],
    cause,
  })
}
